internal import ArgumentParser
internal import DatabaseReporting

struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints what a run did: the tests that ask most, findings, relationships, statements.")

  @OptionGroup var paths: Paths

  @Option(help: "How many tests, findings and statements each list has.")
  var top = 10

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is at least 1.") }
  }

  func run() throws {
    try Terminal.run {
      let files = try RecordFiles(paths.paths)
      let progress = ProgressLine("Reading", size: files.size)
      var summary = RunSummary()
      let outcome = try files.forEachTest(progress: progress.update) { test, _ in summary.add(test) }
      progress.clear()
      summary.runs = outcome.runs
      print(summary.text(Terminal.style, top: top), terminator: "")
      Terminal.tell(outcome)
    }
  }
}
