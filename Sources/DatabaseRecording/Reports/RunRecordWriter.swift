internal import DatabaseInstrumentation
package import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

/// Writes the record of this process to a file of its own, one line when a test ends.
///
/// A file that cannot be written is one warning and never a failed test: the tests are what matters. After the first error
/// nothing more is written, so that at most the last line is cut.
package final class RunRecordWriter: Sendable {
  private enum State {
    case unopened
    case open(Int32, path: String)
    case failed
  }

  private let folder: String
  private let run: TestRun?
  private let warn: @Sendable (String) -> Void
  private let state = Locked(State.unopened)

  /// - Parameters:
  ///   - folder: Where the file is made, at the first test; it is made as well where it is missing.
  ///   - run: That of this process.
  ///   - warn: Called once at most, with a line for people.
  package init(folder: String, run: TestRun? = nil, warn: @escaping @Sendable (String) -> Void) {
    self.folder = folder
    self.run = run
    self.warn = warn
  }

  deinit {
    state.withLock { state in
      if case .open(let descriptor, _) = state { _ = close(descriptor) }
    }
  }

  /// The file, once a test was written.
  package var path: String? {
    state.withLock { state in
      if case .open(_, let path) = state { path } else { nil }
    }
  }

  /// Adds one line.
  package func write(_ test: RunRecord.Test) {
    let warning = state.withLock { state -> String? in
      do {
        if case .unopened = state { state = try open() }
        guard case .open(let descriptor, let path) = state else { return nil }
        try Self.write(try Self.line(test), to: descriptor, path: path)
        return nil
      } catch {
        if case .open(let descriptor, _) = state { _ = close(descriptor) }
        state = .failed
        return "warning: DATABASE_TESTING_REPORT: \(error). The rest of this run is not recorded; its tests go on."
      }
    }
    if let warning { warn(warning) }
  }

  private func open() throws -> State {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(text: "the folder \(folder) cannot be made; name one that can be written")
    }
    let process = ProcessInfo.processInfo.processIdentifier
    let unique = String(UInt64.random(in: .min ... .max), radix: 16)
    let path = "\(folder)/run-\(process)-\(unique).jsonl"
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(path: path) }
    do {
      let header = RunRecord.Header(process: process, started: Date().timeIntervalSince1970, run: run)
      try Self.write(try Self.line(header), to: descriptor, path: path)
    } catch {
      _ = close(descriptor)
      throw error
    }
    return .open(descriptor, path: path)
  }

  /// One line of the file, with its line feed: JSON escapes those of its strings.
  package static func line(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(value)) + [0x0A]
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
    try bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count > 0 {
          done += count
        } else if count == 0 || errno != EINTR {
          throw Failure(path: path)
        }
      }
    }
  }

  private struct Failure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }

    init(text: String) {
      self.text = text
    }

    /// Of the system call that has just failed.
    init(path: String) {
      text = "\(path) cannot be written: \(String(cString: strerror(errno)))"
    }
  }
}
