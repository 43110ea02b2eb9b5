internal import DatabaseRecording
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A baseline on disk, which several processes may write at once.
///
/// A lock beside the file orders the writers, and each reads what the others wrote before it adds its own; the file is
/// replaced as a whole, so that a reader sees the old or the new one.
struct BaselineFile {
  let url: URL

  /// - Returns: The baseline; `nil` where there is no file.
  func read() throws(BaselineFileProblem) -> Baseline? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    guard let data = try? Data(contentsOf: url) else { throw problem("the file cannot be read") }
    guard let text = String(validating: data, as: UTF8.self) else { throw problem("the file is not UTF-8") }
    do {
      return try Baseline(text: text)
    } catch {
      throw BaselineFileProblem(path: url.path, line: error.line, problem: error.problem)
    }
  }

  /// Adds entries to the file, and makes it where there is none.
  func add(_ entries: [BaselineEntry]) throws(BaselineFileProblem) {
    let lock = open(url.path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw problem("the lock file beside it cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else { throw problem("it cannot be locked: \(String(cString: strerror(errno)))") }
    }
    let old = try read()
    var new = old ?? Baseline()
    new.merge(Baseline(entries))
    guard new != old else { return }
    do {
      try Data(new.text.utf8).write(to: url, options: .atomic)
    } catch {
      throw problem("it cannot be written: \(error.localizedDescription)")
    }
  }

  private func problem(_ text: String) -> BaselineFileProblem {
    BaselineFileProblem(path: url.path, line: 1, problem: text)
  }
}

/// Why a baseline cannot be used, in words for the one who runs the tests.
struct BaselineFileProblem: Error {
  var path: String
  var line: Int
  var problem: String

  var message: String {
    """
    The baseline of findings cannot be used, so nothing was compared with it: \(path):\(line): \(problem).
      fix: correct that line, take the file from version control again, or delete it and run the tests with \
    DATABASE_TESTING_BASELINE=record
    """
  }
}
