import DatabaseSupport
package import Logging
internal import DatabaseInstrumentation

/// A logger whose messages can be looked at.
package final class CollectedLog: Sendable {
  package struct Message: Sendable {
    package var level: Logger.Level
    package var text: String
    package var metadata: [String: String]
  }

  private let collected = Locked<[Message]>([])

  private let level: Logger.Level

  package init(level: Logger.Level = .trace) {
    self.level = level
  }

  package var messages: [Message] { collected.withLock { $0 } }

  package var logger: Logger {
    Logger(label: "test") { _ in Handler(log: self, logLevel: level) }
  }

  private struct Handler: LogHandler {
    let log: CollectedLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
      let entry = Message(level: event.level, text: event.message.description, metadata: all.mapValues(\.description))
      log.collected.withLock { $0.append(entry) }
    }
  }
}
