import DatabaseInstrumentation
import DatabaseRecording
import Logging

/// A driver around a client, in a file that an app copies into its tests.
struct CopiedDriver: Sendable {
  private let logger = Logger(label: "copied") { _ in
    RecordingLogHandler(database: LoggedDatabase("copied", system: .postgreSQL, driverFile: #filePath))
  }

  @inline(never) func run(_ sql: String, _ binds: [String]) {
    send(sql, binds)
    use(self)
  }

  @inline(never) private func send(_ sql: String, _ binds: [String]) {
    logger.debug("Executing query", metadata: ["sql": .string(sql), "binds": .array(binds.map { .string($0) })])
    use(self)
  }

  /// Nothing that is called last, which would be a jump in an optimised build.
  @inline(never) private func use(_: CopiedDriver) {}
}
