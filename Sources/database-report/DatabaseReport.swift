internal import ArgumentParser

@main
struct DatabaseReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database-report",
    abstract: "Shows, merges and compares what test runs did to their databases.",
    discussion: """
      DATABASE_TESTING_REPORT=<folder> swift test leaves the records that this tool reads.
      Exit codes: 0, 1 where a comparison is past what is allowed, 2 where a file cannot be read or written, 64 for wrong use.
      """,
    subcommands: [Summary.self, HTML.self, Merge.self, Compare.self, Export.self]
  )
}

struct Paths: ParsableArguments {
  @Argument(help: ArgumentHelp("Records (.jsonl), or folders of them.", valueName: "path"))
  var paths: [String]

  func validate() throws {
    guard !paths.isEmpty else { throw ValidationError("Name a record, or a folder of records.") }
  }
}

struct Output: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("The file to make.", valueName: "file"))
  var output: String

  @Flag(help: "Replace the file if it exists.")
  var force = false
}
