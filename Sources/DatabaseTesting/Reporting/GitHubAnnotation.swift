internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import DatabaseSupport
internal import Foundation

/// A finding as GitHub Actions shows it in the diff of a pull request, at the line of the app.
struct GitHubAnnotation: Equatable {
  /// `::error file=Sources/App/Library.swift,line=42,title=N+1::Expected no N+1 queries, …`.
  let text: String

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
    text =
      WorkflowCommand(
        .error, file: path, line: line, column: column, title: finding.kind.title, message: message
      ).text
  }

  /// Whether the process runs in GitHub Actions and nobody switched annotations off.
  private static let isWanted: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTIONS"] == "true"
      && DatabaseEnvironment.isOn("DATABASE_TESTING_ANNOTATIONS", default: true)
  }()

  /// Writes one line for each finding where GitHub Actions reads them.
  static func write(_ findings: [Finding], test: CodeLocation) {
    guard isWanted, !findings.isEmpty else { return }
    let workspace = ProcessInfo.processInfo.environment["GITHUB_WORKSPACE"]
    let lines = findings.map { GitHubAnnotation($0, test: test, workspace: workspace).text + "\n" }
    // A command stands at the beginning of a line, wherever the output of others ended.
    print("\n" + lines.joined(), terminator: "")
  }
}
