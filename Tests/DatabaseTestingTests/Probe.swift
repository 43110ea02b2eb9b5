#if os(Linux)
  import Foundation
  import Testing

  /// A program of this package that runs in a process of its own.
  struct Probe {
    var name: String

    func run(_ arguments: String..., environment: [String: String] = [:], exitCode: Int32 = 0) throws -> [String] {
      try run(arguments, environment: environment, exitCode: exitCode)
    }

    func run(
      _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil, exitCode: Int32 = 0
    ) throws -> [String] {
      let process = Process()
      if let directory { process.currentDirectoryURL = directory }
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      process.executableURL = folder.appendingPathComponent(name)
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == exitCode)
      return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
#endif
