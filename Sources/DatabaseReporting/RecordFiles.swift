internal import DatabaseInstrumentation
package import DatabaseRecording
package import Foundation

/// The record files that somebody named, read one test at a time.
package struct RecordFiles: Sendable {
  /// Each file once, those of a folder by their names.
  package let urls: [URL]
  /// Together, as far as known.
  package let size: Int

  /// - Parameter paths: Files, or folders whose files that end in `.jsonl` are taken, also those deeper inside.
  /// - Throws: ``ReportError`` for what does not exist and for a folder without a record.
  package init(_ paths: [String]) throws {
    var urls: [URL] = []
    var known: Set<String> = []
    for path in paths {
      for url in try Self.files(at: path) where known.insert(url.resolvingSymlinksInPath().standardized.path).inserted {
        urls.append(url)
      }
    }
    self.urls = urls
    size = urls.reduce(0) { $0 &+ ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
  }

  private static func files(at path: String) throws -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw ReportError.missing(path) }
    guard isFolder.boolValue else { return [URL(fileURLWithPath: path)] }
    guard let names = FileManager.default.enumerator(atPath: path) else {
      throw ReportError.unreadable(path, reason: "it cannot be listed")
    }
    let records = names.compactMap { $0 as? String }.filter { $0.hasSuffix(".jsonl") }.sorted()
    guard !records.isEmpty else { throw ReportError.noRecords(path) }
    return records.map { URL(fileURLWithPath: path).appendingPathComponent($0) }
  }

  /// What was left out while files were read, a line for each for people.
  package struct Omissions: Sendable, Equatable {
    package fileprivate(set) var lines: [String] = []
  }

  /// Reads all files.
  ///
  /// A file whose process ended before a test did has nothing to read, and a line that a crash cut is passed over: both are
  /// told in the result. A file that is not ours or of another version is an error.
  ///
  /// - Parameters:
  ///   - progress: Called with the bytes that were read so far.
  ///   - body: Takes each test, and the header of its file.
  /// - Throws: ``ReportError``, `RunRecordError`, and what `body` throws.
  @discardableResult
  package func forEachTest(
    progress: @escaping (Int) -> Void = { _ in }, _ body: (RunRecord.Test, RunRecord.Header) throws -> Void
  ) throws -> Omissions {
    try forEachFile(progress: progress) { url, progress in
      var reader = RunRecordReader(name: url.relativePath)
      try LineReader(url: url).forEachLine(progress: progress) { line, isLast in
        if let test = try reader.read(line, isLast: isLast), let header = reader.header { try body(test, header) }
      }
      return reader
    }
  }

  /// Reads all files as lines, headers and tests, without decoding the tests.
  package func forEachLine(
    progress: @escaping (Int) -> Void = { _ in }, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws -> Omissions {
    try forEachFile(progress: progress) { url, progress in
      var reader = RunRecordReader(name: url.relativePath)
      try LineReader(url: url).forEachLine(progress: progress) { line, isLast in
        if try reader.check(line, isLast: isLast) { try body(line) }
      }
      return reader
    }
  }

  private func forEachFile(
    progress: @escaping (Int) -> Void, _ read: (URL, @escaping (Int) -> Void) throws -> RunRecordReader
  ) throws -> Omissions {
    var omissions = Omissions()
    var done = 0
    var readable = 0
    for url in urls {
      do {
        let reader = try read(url) { count in
          done &+= count
          progress(done)
        }
        guard reader.header != nil else { throw RunRecordError.empty(url.relativePath) }
        readable += 1
        if reader.damagedLines > 0 {
          let count = reader.damagedLines.counted("line")
          omissions.lines.append("\(url.relativePath): \(count) could not be read and is left out.")
        }
      } catch let error as RunRecordError where error.isOfACrash {
        omissions.lines.append(error.description)
      }
    }
    guard readable > 0 else { throw ReportError.nothingLeft(omissions.lines) }
    return omissions
  }
}

extension RunRecordError {
  /// Nothing was lost by anybody's mistake.
  fileprivate var isOfACrash: Bool {
    switch self {
    case .empty, .cutHeader: true
    case .foreign, .otherVersion: false
    }
  }
}
