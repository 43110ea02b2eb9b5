package import Foundation

/// A file that appears as a whole or not at all: it is written beside its place and renamed at the end.
package final class OutputFile {
  private static let pieceSize = 1 << 18

  private let url: URL
  private let temporary: URL
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isFinished = false

  /// - Parameters:
  ///   - path: Where it shall be. Only its owner can read it (0600).
  ///   - replaces: Whether a file that is there is replaced.
  ///   - inputs: Files that must not be replaced.
  /// - Throws: ``ReportError``.
  package init(path: String, replaces: Bool, inputs: [URL] = []) throws {
    url = URL(fileURLWithPath: path)
    let place = url.resolvingSymlinksInPath().standardized.path
    if inputs.contains(where: { $0.resolvingSymlinksInPath().standardized.path == place }) {
      throw ReportError.isInput(path)
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    if exists, isFolder.boolValue { throw ReportError.unwritable(path, reason: "it is a folder") }
    if exists, !replaces { throw ReportError.exists(path) }
    let name = ".\(url.lastPathComponent).\(UInt32.random(in: .min ... .max))"
    temporary = url.deletingLastPathComponent().appendingPathComponent(name)
    descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ReportError.unwritable(path, reason: String(cString: strerror(errno))) }
  }

  deinit {
    _ = close(descriptor)
    if !isFinished { _ = unlink(temporary.path) }
  }

  package func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write($0) }
  }

  package func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.pieceSize { try flush() }
  }

  package func write(line bytes: UnsafeBufferPointer<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    buffer.append(0x0A)
    if buffer.count >= Self.pieceSize { try flush() }
  }

  /// Puts the file into its place.
  package func finish() throws {
    try flush()
    guard rename(temporary.path, url.path) == 0 else { throw failure }
    isFinished = true
  }

  private func flush() throws {
    var done = 0
    while done < buffer.count {
      let count = buffer.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw failure
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private var failure: ReportError { .unwritable(url.relativePath, reason: String(cString: strerror(errno))) }
}
