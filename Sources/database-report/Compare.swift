internal import ArgumentParser
internal import DatabaseReporting
internal import Foundation

struct Compare: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, markdown, github
  }

  static let configuration = CommandConfiguration(
    abstract: "Shows which tests ask more of the database in one run than in another.",
    discussion: """
      Counts are compared, which are the same on every machine, never durations. Ends with 1 where a test of both runs grew
      by more than is allowed. An allowance is a number (2), a percentage (10%), or any.
      """)

  @Argument(help: "The record of the run before: a file or a folder.")
  var base: String

  @Argument(help: "The record of the run with the change: a file or a folder.")
  var head: String

  @Option(help: "How many more queries a test may send.")
  var allowQueries = "0"

  @Option(
    help: "How many more steps SQLite's virtual machine may take for a test. They differ between versions of SQLite.")
  var allowSteps = "any"

  @Option(help: "How many more statements may load relationships in a test.")
  var allowLoads = "0"

  @Option(
    help: ArgumentHelp(
      "Tests that vary by themselves, a line for each: \"TEST because REASON\", where * stands for any text.",
      valueName: "file"))
  var exceptions: String?

  @Option(help: "text; markdown for the comment of a pull request; github for annotations of GitHub Actions.")
  var format = Format.text

  @Option(help: "How many tests each list of the text has.")
  var top = 10

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is at least 1.") }
    do {
      _ = try allowances
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private var allowances: Comparison.Allowances {
    get throws {
      Comparison.Allowances(
        queries: try Allowance(allowQueries), steps: try Allowance(allowSteps), loads: try Allowance(allowLoads))
    }
  }

  func run() throws {
    try Terminal.run {
      let files = (base: try RecordFiles([base]), head: try RecordFiles([head]))
      var comparison = Comparison(
        allowances: try allowances,
        exceptions: try exceptions.map { try ComparisonExceptions(path: $0) } ?? ComparisonExceptions())
      for (files, isBase) in [(files.base, true), (files.head, false)] {
        let progress = ProgressLine(isBase ? "Reading base" : "Reading head", size: files.size)
        let outcome = try files.forEachTest(progress: progress.update) { test, _ in
          if isBase { comparison.addToBase(test) } else { comparison.addToHead(test) }
        }
        progress.clear()
        Terminal.tell(outcome, of: isBase ? "base" : "head")
      }
      let result = try comparison.result()
      for line in result.unusedExceptions {
        Terminal.note("note: no test of either run is meant by the exception \(line)")
      }
      switch format {
      case .text: print(result.text(Terminal.style, top: top), terminator: "")
      case .markdown: print(result.markdown, terminator: "")
      case .github:
        let sources = SourceFiles(FileManager.default.currentDirectoryPath)
        print(result.gitHubCommands { sources.path(of: $0.file, module: $0.module) }, terminator: "")
      }
      if result.isPast { throw ExitCode(1) }
    }
  }
}
