internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import Foundation

/// What the environment asks for about known findings, and the file of it.
///
/// `DATABASE_TESTING_BASELINE` is `record`, `check` or `off`; without it, an existing file is checked against.
/// `DATABASE_TESTING_BASELINE_FILE` is a path below the working directory, `.database-baseline` by default.
struct BaselineRun {
  enum Mode: String { case record, check, off }

  var mode: Mode
  var file: BaselineFile
  /// What is wrong with the environment or with the file.
  var problem: String?
  var baseline: Baseline

  static let shared = BaselineRun(
    environment: ProcessInfo.processInfo.environment,
    directory: URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true))

  init(environment: [String: String], directory: URL) {
    let path = environment["DATABASE_TESTING_BASELINE_FILE"].flatMap { $0.isEmpty ? nil : $0 } ?? ".database-baseline"
    let isInside = !path.hasPrefix("/") && !path.split(separator: "/").contains("..") && !path.contains("\0")
    file = BaselineFile(url: directory.appendingPathComponent(isInside ? path : ".database-baseline"))
    baseline = Baseline()
    let word = environment["DATABASE_TESTING_BASELINE"] ?? ""
    mode = Mode(rawValue: word) ?? .check
    guard mode != .off else { return }
    guard word.isEmpty || Mode(rawValue: word) != nil else {
      problem = "DATABASE_TESTING_BASELINE is \"\(word.singleLine)\".\n  fix: set it to record, check or off"
      return
    }
    guard isInside else {
      problem = """
        DATABASE_TESTING_BASELINE_FILE leads out of the working directory: \(path.singleLine)
          fix: set it to a path below the directory in which the tests run
        """
      return
    }
    do {
      let known = try file.read()
      if known == nil && word == "check" {
        problem = """
          DATABASE_TESTING_BASELINE is "check", and there is no file \(file.url.path).
            fix: run the tests with DATABASE_TESTING_BASELINE=record, and add the file to version control
          """
      }
      baseline = known ?? Baseline()
    } catch {
      problem = error.message
    }
  }

  /// The findings that fail the test: those that are new, and what is wrong with the baseline itself.
  func judge(_ findings: [Finding], test: String) -> [Finding] {
    guard mode != .off else { return findings }
    if let problem { return [broken(problem)] + findings }
    guard !findings.isEmpty else { return [] }
    let entries = findings.map { BaselineEntry($0, test: test) }
    guard mode == .record else {
      return zip(findings, entries).filter { $1.map { !baseline.contains($0) } ?? true }.map(\.0)
    }
    do {
      try file.add(entries.compactMap { $0 })
    } catch {
      return [broken(error.message)] + findings
    }
    return zip(findings, entries).filter { $1 == nil }.map(\.0)
  }

  private func broken(_ problem: String) -> Finding {
    let lines = problem.split(separator: "\n").map(String.init)
    return Finding(kind: .invalidExpectation, headline: lines[0], details: Array(lines.dropFirst()))
  }
}
