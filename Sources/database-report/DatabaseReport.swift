internal import ArgumentParser

@main
struct DatabaseReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database-report",
    abstract: "Shows, merges and compares what test runs did to their databases."
  )
}
