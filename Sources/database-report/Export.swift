internal import ArgumentParser
internal import DatabaseReporting
internal import Foundation

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a run in the form of another tool.", subcommands: [OTLP.self])
}

struct OTLP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "otlp",
    abstract: "Writes OTLP/JSON, a line for each test, as OpenTelemetry's file exporter does.",
    discussion: "A collector with the file receiver passes it on to Jaeger and other back ends.")

  @OptionGroup var paths: Paths

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to make; without it, standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace the file if it exists.")
  var force = false

  @Option(help: "The service.name of the traces; without it, what each test is a test of, by the name of its module.")
  var service: String?

  func run() throws {
    try Terminal.run {
      let files = try RecordFiles(paths.paths)
      let file = try output.map { try OutputFile(path: $0, replaces: force, inputs: files.urls) }
      let progress = ProgressLine("Exporting", size: files.size)
      var trace = OTLPTrace(service: service)
      let outcome = try files.forEachTest(progress: progress.update) { test, header in
        let line = try trace.line(test, header: header)
        if let file { try file.write(line + "\n") } else { print(line) }
      }
      try file?.finish()
      progress.clear()
      Terminal.tell(outcome)
    }
  }
}
