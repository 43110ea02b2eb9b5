internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

/// A finding as GitHub Actions shows it in the diff of a pull request, at the line of the app.
struct GitHubAnnotation: Equatable, Sendable {
  /// Where it stands and what it is called; one annotation is enough for those that have these in common.
  struct Subject: Hashable {
    var path: String
    var line: Int
    var title: String
  }

  let subject: Subject
  /// Of this one among others: what is wrong, then how much of it.
  let weight: [Int]
  private let column: Int?
  private let message: String

  /// - Parameters:
  ///   - finding: What was found; at its call site, or else at the line of the test.
  ///   - test: The line of the test.
  ///   - workspace: The folder of the checkout, to which paths are made relative.
  init(_ finding: Finding, test: CodeLocation, workspace: String?) {
    let place = finding.place?.location ?? test
    var (path, line, message) = (place.filePath, place.line, finding.message)
    var column: Int?
    if let site = finding.callSite, let file = site.filePath, let number = site.line {
      (path, line, column) = (file, number, site.column)
      message += "\n  in the test at \(test.filePath.split(separator: "/").last ?? ""):\(test.line)"
    }
    if let workspace, !workspace.isEmpty {
      let folder = workspace.hasSuffix("/") ? workspace : workspace + "/"
      if path.hasPrefix(folder) { path.removeFirst(folder.count) }
    }
    subject = Subject(path: path, line: line, title: finding.kind.inRecords.title)
    weight = [-finding.kind.inRecords.rank, finding.count]
    self.column = column
    self.message = message
  }

  /// `::error file=Sources/App/Library.swift,line=42,title=N+1 in 3 tests::Expected no N+1 queries, …`.
  func text(tests: Int = 1) -> String {
    let title = subject.title.prefix(1).uppercased() + subject.title.dropFirst()
    return WorkflowCommand(
      .error, file: subject.path, line: subject.line, column: column,
      title: tests > 1 ? "\(title) in \(tests) tests" : title, message: message
    ).text
  }

  /// Whether the process runs in GitHub Actions and nobody switched annotations off.
  private static let isWanted: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTIONS"] == "true"
      && DatabaseEnvironment.isOn("DATABASE_TESTING_ANNOTATIONS", default: true)
  }()

  /// Keeps findings for the end of the process, where GitHub Actions reads them.
  static func write(_ findings: [Finding], test: CodeLocation) {
    guard isWanted, !findings.isEmpty else { return }
    let workspace = ProcessInfo.processInfo.environment["GITHUB_WORKSPACE"]
    _ = registered
    found.withLock { list in
      for finding in findings { list.add(GitHubAnnotation(finding, test: test, workspace: workspace)) }
    }
  }

  fileprivate static let found = Locked(Annotations())
  private static let registered: Void = { atexit(writeAnnotations) }()
}

/// The annotations of a process: one for each line and kind, the worst first, as many as GitHub shows of a step.
struct Annotations: Sendable {
  private static let limit = 10

  private var found: [GitHubAnnotation.Subject: (worst: GitHubAnnotation, tests: Int)] = [:]

  mutating func add(_ annotation: GitHubAnnotation) {
    guard let known = found[annotation.subject] else {
      found[annotation.subject] = (annotation, 1)
      return
    }
    let isWorse = known.worst.weight.lexicographicallyPrecedes(annotation.weight)
    found[annotation.subject] = (isWorse ? annotation : known.worst, known.tests + 1)
  }

  /// One line each.
  var text: String {
    let worstFirst = found.values.sorted { left, right in
      guard left.worst.weight == right.worst.weight else {
        return right.worst.weight.lexicographicallyPrecedes(left.worst.weight)
      }
      let (one, other) = (left.worst.subject, right.worst.subject)
      return left.tests == right.tests
        ? (one.path, one.line, one.title) < (other.path, other.line, other.title) : left.tests > right.tests
    }
    return worstFirst.prefix(Self.limit).map { $0.worst.text(tests: $0.tests) + "\n" }.joined()
  }
}

/// Called by `exit`, which both runners end with.
private func writeAnnotations() {
  let text = GitHubAnnotation.found.withLock { $0.text }
  // A command stands at the beginning of a line, wherever the output of others ended.
  if !text.isEmpty { print("\n" + text, terminator: "") }
  fflush(nil)
}
