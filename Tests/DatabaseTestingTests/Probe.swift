#if os(Linux)
  import Foundation
  import Testing

  /// A program of this package that runs in a process of its own.
  struct Probe {
    var url: URL

    init(name: String) {
      url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name)
    }

    /// Another program.
    init(url: URL) {
      self.url = url
    }

    func run(_ arguments: String..., environment: [String: String] = [:], exitCode: Int32 = 0) throws -> [String] {
      try run(arguments, environment: environment, exitCode: exitCode)
    }

    func run(
      _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil, exitCode: Int32? = 0
    ) throws -> [String] {
      let process = Process()
      if let directory { process.currentDirectoryURL = directory }
      process.executableURL = url
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if let exitCode { #expect(process.terminationStatus == exitCode) }
      return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
#endif
