internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import DatabaseSupport
internal import Foundation

/// What the environment asks for about known findings, and the file of it.
///
/// `DATABASE_TESTING_BASELINE` is `record`, `check` or `off`; without it, an existing file is checked against.
/// `DATABASE_TESTING_BASELINE_FILE` is a path below the working directory in which the process began, `.database-baseline` by default.
package struct BaselineRun: Sendable {
  enum Mode: String, Sendable { case record, check, off }

  var mode: Mode
  var file: BaselineFile
  /// What is wrong with the environment or with the file.
  var problem: String?
  var baseline: Baseline
  private let witness = BaselineWitness()

  /// The run of this process; tells of stale entries when the process ends.
  package static let shared: BaselineRun = {
    let run = BaselineRun(environment: ProcessInfo.processInfo.environment, directory: StartFolder.url)
    if run.mode != .off, !run.baseline.entries.isEmpty { atexit(tellOfStaleEntries) }
    return run
  }()

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
  ///
  /// - Parameters:
  ///   - findings: What the test was found to do.
  ///   - test: The file's ID and the name of the test.
  ///   - isExpected: Whether the test expects a finding itself, as inside of `withKnownIssue`: then a baseline has no part in it.
  ///   - isNamed: Whether `test` has the test's name: what several tests share says nothing of one that did not run.
  package func judge(
    _ findings: [Finding], test: String, isNamed: Bool = true, isExpected: (Finding) -> Bool = { _ in false }
  ) -> [Finding] {
    guard mode != .off else { return findings }
    if let problem { return [broken(problem)] + findings }
    let entries = findings.isEmpty ? [] : findings.map { BaselineEntry($0, test: test) }
    // Without an entry none is stale.
    if isNamed, !baseline.entries.isEmpty { witness.note(entries.compactMap { $0 }, of: test) }
    guard !findings.isEmpty else { return [] }
    guard mode == .record else {
      return zip(findings, entries).filter { $1.map { !baseline.contains($0) } ?? true }.map(\.0)
    }
    let isNew = zip(findings, entries).map { $1 != nil && !isExpected($0) }
    do {
      try file.add(zip(entries, isNew).compactMap { $1 ? $0 : nil })
    } catch {
      return [broken(error.message)] + findings
    }
    return zip(findings, entries).filter { $1 == nil }.map(\.0)
  }

  /// The entries of tests that ran without the finding, as text; `nil` where there is none.
  var staleReport: String? {
    let stale = witness.stale(in: baseline)
    guard !stale.isEmpty else { return nil }
    let are =
      stale.count == 1 ? "entry of \(file.url.lastPathComponent) is" : "entries of \(file.url.lastPathComponent) are"
    var lines = ["note: \(stale.count) \(are) stale: the test ran and did not have the finding."]
    for entry in stale.prefix(50) {
      let place = entry.function.isEmpty ? "" : " in \(entry.function)"
      lines.append("  \(entry.test): \(entry.kind) \(entry.subject)\(place)".singleLine)
    }
    if stale.count > 50 { lines.append("  and \(stale.count - 50) more") }
    lines.append("  fix: delete \(stale.count == 1 ? "its line" : "their lines"), or the file and record again\n")
    return lines.joined(separator: "\n")
  }

  private func broken(_ problem: String) -> Finding {
    let lines = problem.split(separator: "\n").map(String.init)
    return Finding(kind: .invalidExpectation, headline: lines[0], details: Array(lines.dropFirst()))
  }
}

/// Called by `exit`, which both runners end with.
private func tellOfStaleEntries() {
  guard let report = BaselineRun.shared.staleReport else { return }
  FileHandle.standardError.write(Data(report.utf8))
}

/// Which tests ran in this process, and what they were found to do.
private final class BaselineWitness: Sendable {
  private struct State {
    var tests: Set<String> = []
    var seen: Set<BaselineEntry> = []
  }

  private let state = Locked(State())

  func note(_ entries: [BaselineEntry], of test: String) {
    state.withLock {
      $0.tests.insert(test)
      $0.seen.formUnion(entries)
    }
  }

  func stale(in baseline: Baseline) -> [BaselineEntry] {
    state.withLock { baseline.stale(seen: $0.seen, ran: $0.tests) }
  }
}
