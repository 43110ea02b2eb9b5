package import DatabaseRunRecords
internal import DatabaseSupport
package import Foundation

/// The record files that somebody named, read one test at a time.
///
/// Of a folder the newest run is read, with all its processes and shards; of a test that was run again the last time; the lines of one
/// process in two files once.
package struct RecordFiles: Sendable {
  private struct File: Sendable {
    var url: URL
    /// Which of the named folders it was found in.
    var folder: Int?
  }

  private let files: [File]
  /// Together, as far as known; each file is read twice.
  package let size: Int

  /// Each file once, those of a folder by their names.
  package var urls: [URL] { files.map(\.url) }

  /// - Parameter paths: Files, or folders whose files that end in `.jsonl` are taken, also those deeper inside.
  /// - Throws: ``ReportError`` for what does not exist and for a folder without a record.
  package init(_ paths: [String]) throws {
    var files: [File] = []
    var known: Set<String> = []
    for (folder, path) in paths.enumerated() {
      let (urls, isFolder) = try Self.files(at: path)
      for url in urls where known.insert(url.resolvingSymlinksInPath().standardized.path).inserted {
        files.append(File(url: url, folder: isFolder ? folder : nil))
      }
    }
    self.files = files
    size = 2 &* files.reduce(0) { $0 &+ ((try? $1.url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
  }

  private static func files(at path: String) throws -> (urls: [URL], isFolder: Bool) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw ReportError.missing(path) }
    guard isFolder.boolValue else { return ([URL(fileURLWithPath: path)], false) }
    guard let names = FileManager.default.enumerator(atPath: path) else {
      throw ReportError.unreadable(path, reason: "it cannot be listed")
    }
    let records = names.compactMap { $0 as? String }.filter { $0.hasSuffix(".jsonl") }.sorted()
    guard !records.isEmpty else { throw ReportError.noRecords(path) }
    return (records.map { URL(fileURLWithPath: path).appendingPathComponent($0) }, true)
  }

  /// What was read, and what was not.
  package struct Outcome: Sendable, Equatable {
    /// What could not be read, a line for each for people.
    package fileprivate(set) var warnings: [String] = []
    /// The newest first; without files of an older version, which do not know theirs.
    package fileprivate(set) var runs: [RunDescription] = []
    fileprivate var olderRuns = 0

    /// Which run was taken, where there were others; `nil` where there was one alone.
    package var note: String? {
      guard olderRuns > 0 else { return nil }
      let newest = runs.first.map { "the newest run is read, of \($0.text)" } ?? "the newest run is read"
      return
        "\(newest); \(olderRuns.grouped("older run")) in the same folder \(olderRuns == 1 ? "is" : "are") left out."
    }
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
  ) throws -> Outcome {
    try forEachFile(progress: progress) { file, index, progress in
      var reader = RunRecordReader(name: files[file].url.relativePath)
      var number = 0
      try LineReader(url: files[file].url).forEachLine(progress: progress) { line, isLast in
        number += 1
        guard index.reads(line: number, of: file) else { return }
        if let test = try reader.read(line, isLast: isLast), let header = reader.header { try body(test, header) }
      }
      return reader
    }
  }

  /// Reads all files as lines, headers and tests, without decoding the tests.
  package func forEachLine(
    progress: @escaping (Int) -> Void = { _ in }, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws -> Outcome {
    try forEachFile(progress: progress) { file, index, progress in
      var reader = RunRecordReader(name: files[file].url.relativePath)
      var number = 0
      try LineReader(url: files[file].url).forEachLine(progress: progress) { line, isLast in
        number += 1
        guard index.reads(line: number, of: file) else { return }
        if try reader.check(line, isLast: isLast) { try body(line) }
      }
      return reader
    }
  }

  private func forEachFile(
    progress: @escaping (Int) -> Void, _ read: (Int, RecordIndex, @escaping (Int) -> Void) throws -> RunRecordReader
  ) throws -> Outcome {
    var outcome = Outcome()
    var done = 0
    func advance(_ count: Int) {
      done &+= count
      progress(done)
    }
    var index = RecordIndex()
    for file in files.indices {
      do {
        try scan(file, into: &index, progress: advance)
      } catch let error as RunRecordError where error.isOfACrash {
        // Told when it is read.
      }
    }
    index.close()
    var readable = 0
    for file in files.indices {
      do {
        let reader = try read(file, index, advance)
        guard reader.header != nil else { throw RunRecordError.empty(files[file].url.relativePath) }
        readable += 1
        if reader.damagedLines > 0 {
          let count = reader.damagedLines.counted("line")
          outcome.warnings.append("\(files[file].url.relativePath): \(count) could not be read and is left out.")
        }
      } catch let error as RunRecordError where error.isOfACrash {
        outcome.warnings.append(error.description)
      }
    }
    guard readable > 0 else { throw ReportError.nothingLeft(outcome.warnings) }
    outcome.runs = index.runs
    outcome.olderRuns = index.olderRuns
    return outcome
  }

  private func scan(_ file: Int, into index: inout RecordIndex, progress: (Int) -> Void) throws {
    var reader = RunRecordReader(name: files[file].url.relativePath)
    var number = 0
    try LineReader(url: files[file].url).forEachLine(progress: progress) { line, isLast in
      number += 1
      let isHeader = reader.header == nil || RunRecordReader.isHeader(line)
      guard try reader.check(line, isLast: isLast) else { return }
      if isHeader, let header = reader.header {
        index.add(header, file: file, folder: files[file].folder)
      } else {
        index.add(LineKey(line), line: number, size: line.count)
      }
    }
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
