internal import CStatementObserver
internal import Synchronization
package import Tracing

/// What an observer keeps of a connection, statement, load or pool. Whoever was given it hands it back, and looks at nothing in it.
package typealias Observation = AnyObject & Sendable

/// Whoever watches a process beside its recordings: the one seam to spans, metrics and logs.
///
/// A program has one observer, that of `DatabaseTelemetry`, or none. Everything is told on the thread where it happens, also inside of SQLite's callbacks: an
/// observer throws nothing, runs no SQL on what it is told of, and its own work is none that it wants to hear of.
package protocol StatementObserver: AnyObject, Sendable {
  /// A connection opens while statements are observed.
  ///
  /// - Returns: What is to be kept of that; `nil` where there is nothing yet.
  func connectionOpened() -> (any Observation)?

  /// A statement begins while statements are observed.
  ///
  /// - Parameters:
  ///   - enclosing: The one that is open around it.
  ///   - batchSize: How often it is sent in one go; `nil`: it is no batch.
  ///   - text: As it was sent. Asked for only where it is shown, as parameters are.
  ///   - parameters: The bound values as text, in order.
  /// - Returns: `nil` where nothing is to be done when it ends.
  func statementBegan(
    _ shape: StatementShape, on connection: ObservedConnection, inside enclosing: (any Observation)?, batchSize: Int?,
    text: () -> String?, parameters: () -> [String?]?
  ) -> (any Observation)?

  /// A statement ended; what comes after the first end is left out.
  ///
  /// - Parameters:
  ///   - outcome: `nil` where its end is not going to be seen.
  ///   - message: What the database says of a failure, with all that it quotes.
  func statementEnded(_ statement: any Observation, _ outcome: StatementOutcome?, message: String?)

  /// An ORM declares a load, whether or not statements are observed.
  ///
  /// - Parameters:
  ///   - strategy: `nil`: a plain load by primary key.
  ///   - details: What was declared by a function of the observer's own.
  /// - Returns: What is kept of it, and the context in which its statements are to run.
  func loadDeclared(
    _ strategy: LoadStrategy?, of relationship: String, details: (any Sendable)?
  ) -> (observation: any Observation, context: ServiceContext)

  /// The scope of a load is over.
  ///
  /// - Parameter error: What it threw.
  func loadEnded(_ load: any Observation, _ error: (any Error)?)

  /// A session of an ORM announces what it is about to write, whether or not statements are observed.
  func flushAnnounced(_ name: String, _ announced: RowChanges) -> any Observation

  /// A flush is over; what comes after the first end is left out.
  ///
  /// - Parameter ending: `nil` where its session never said so.
  func flushEnded(_ flush: any Observation, _ ending: FlushEnding?)

  /// A pool is going to be watched, whether or not statements are observed.
  func poolCreated(_ name: String, size: PoolSize, maxOverflow: PoolSize) -> any Observation

  /// A connection, a lease or a caller of a pool changed its state.
  ///
  /// - Parameters:
  ///   - kind: `nil` for what is no event.
  ///   - statistics: Those of the pool after it.
  func poolChanged(
    _ pool: any Observation, _ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics)
}

/// How the flush of a session ended.
package enum FlushEnding: Sendable {
  /// All that it was to send was sent.
  case executed
  /// What sends its statements threw an error.
  case threw(any Error)
}

/// The observer of this process.
package enum ProcessObserver {
  /// That of `DatabaseTelemetry`, which is found when a program is loaded; `nil` in one that does not link it.
  package static let current: (any StatementObserver)? = dso_find_observer().flatMap {
    Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue() as? any StatementObserver
  }

  /// What the observer bound to the current task.
  @TaskLocal package static var ofTask: (any Observation)?

  private static let wishes = Atomic<Int>(0)

  /// The observer, while it wants to hear of statements. Otherwise a flag is read.
  package static var listening: (any StatementObserver)? { wishes.load(ordering: .relaxed) > 0 ? current : nil }

  /// Statements are told to it until ``withdraw()``, as often as it is called.
  package static func want() {
    wishes.wrappingAdd(1, ordering: .relaxed)
    StatementDemand.shared.want([.statements, .detours])
  }

  package static func withdraw() {
    StatementDemand.shared.withdraw([.statements, .detours])
    wishes.wrappingSubtract(1, ordering: .relaxed)
  }
}
