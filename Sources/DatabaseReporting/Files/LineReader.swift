internal import Foundation

/// Reads the lines of a file piece by piece, so that a file of any size needs the memory of its longest line.
struct LineReader {
  private static let pieceSize = 1 << 18
  private static let lineFeed: UInt8 = 0x0A

  let url: URL

  /// Hands over each line without its line feed, and the rest behind the last line feed if there is one.
  ///
  /// - Parameters:
  ///   - progress: Called with the number of bytes of each piece.
  ///   - body: Takes a line, which is valid during the call only, and whether no line feed follows it.
  func forEachLine(
    progress: (Int) -> Void, _ body: (UnsafeBufferPointer<UInt8>, Bool) throws -> Void
  ) throws {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      throw ReportError.unreadable(url.relativePath, reason: Self.reason(error))
    }
    defer { try? handle.close() }
    // The beginning of a line whose end has not been read.
    var rest: [UInt8] = []
    while let piece = try read(handle), !piece.isEmpty {
      progress(piece.count)
      try piece.withUnsafeBytes { bytes in
        var bytes = bytes.bindMemory(to: UInt8.self)[...]
        while let end = Self.lineEnd(in: bytes) {
          let line = UnsafeBufferPointer(rebasing: bytes[..<end])
          if rest.isEmpty {
            try body(line, false)
          } else {
            rest.append(contentsOf: line)
            try rest.withUnsafeBufferPointer { try body($0, false) }
            rest.removeAll(keepingCapacity: true)
          }
          bytes = bytes[(end + 1)...]
        }
        rest.append(contentsOf: bytes)
      }
    }
    if !rest.isEmpty { try rest.withUnsafeBufferPointer { try body($0, true) } }
  }

  private func read(_ handle: FileHandle) throws -> Data? {
    do {
      return try handle.read(upToCount: Self.pieceSize)
    } catch {
      throw ReportError.unreadable(url.relativePath, reason: Self.reason(error))
    }
  }

  private static func lineEnd(in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    let whole = UnsafeBufferPointer(rebasing: bytes)
    guard let start = whole.baseAddress, let found = memchr(start, Int32(lineFeed), whole.count) else { return nil }
    return bytes.startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(start))
  }

  static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
