internal import ArgumentParser
internal import DatabaseReporting
internal import Foundation

struct HTML: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "html",
    abstract: "Writes one HTML file that shows a run: findings, tests with their waterfalls, statements.",
    discussion: "A page that this command made before is replaced; any other file with --force alone.")

  @OptionGroup var paths: Paths
  @OptionGroup var output: Output

  @Option(help: "What stands at the top of the page.")
  var title = "What the tests did to the database"

  func run() throws {
    try Terminal.run {
      let files = try RecordFiles(paths.paths)
      let isOwn = ReportPage.isPage(at: output.output)
      let file = try OutputFile(path: output.output, replaces: output.force || isOwn, inputs: files.urls)
      let progress = ProgressLine("Reading", size: files.size)
      let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      var page = ReportPage(title: title, sources: folder)
      let outcome = try files.forEachTest(progress: progress.update) { test, _ in page.add(test) }
      progress.clear()
      page.runs = outcome.runs
      try page.write(file.write)
      try file.finish()
      Terminal.tell(outcome)
    }
  }
}
