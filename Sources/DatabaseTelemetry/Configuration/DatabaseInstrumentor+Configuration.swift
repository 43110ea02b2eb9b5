extension DatabaseInstrumentor {
  /// What an instrumentor does with the statements that it sees.
  ///
  /// ```swift
  /// var configuration = DatabaseInstrumentor.Configuration.production
  /// configuration.slowStatementThreshold = .milliseconds(200)
  /// try DatabaseInstrumentor.shared.configure { $0 = configuration }
  /// ```
  ///
  /// Values are checked where a configuration is put to use; a bad one throws ``DatabaseConfigurationError``, which names it.
  public struct Configuration: Sendable {
    /// Whether anything is done at all. `DATABASE_INSTRUMENTATION_ENABLED=0` in the environment wins over it.
    public var isEnabled = true

    /// Whether statements become spans of the current tracer.
    public var emitsSpans = true

    /// Whether statements are measured with the current metrics factory.
    public var emitsMetrics = true

    /// Which statements become spans.
    public var sampling: Sampling = .always

    /// Makes the ratio of ``sampling`` choose other traces; equal seeds choose the same ones in every process.
    public var samplingSeed: UInt64 = 0

    /// Whether only statements that load a relationship lazily become spans; short for ``Sampling/lazyLoads`` on top of
    /// ``sampling``.
    public var lazyLoadsOnly = false

    /// Whether only statements that read or write rows become spans, and no `BEGIN`, pragma or read of the catalogue; short for
    /// ``Sampling/queries`` on top of ``sampling``. Metrics and the log of slow statements see all of them.
    public var queriesOnly = false

    /// Whether joins along a foreign key are marked as a load of the relationship.
    public var monitorsJoinedLoading = true

    /// Whether spans carry `db.query.text`.
    public var capturesStatementText = true

    /// What becomes of the values in that text.
    public var redaction: Redaction = .values

    /// The longest text that a span or log carries, in bytes of UTF-8: longer ones are cut at a character and end in `…`.
    public var sqlTruncationLength = 1_000

    /// Whether spans carry the bound values as `db.query.parameter.<index>`, masked as ``redaction`` says.
    ///
    /// Values are people's data: off by default, and in every preset.
    public var recordsParameters = false

    /// Whether the span of a statement that failed carries the database's message as a whole.
    ///
    /// SQLite's messages quote values, paths and what the app's functions say: off by default, and in every preset. Without it
    /// only what is known to be made of names is kept.
    public var recordsErrorMessages = false

    /// Whether SQLite tells recordings which rows a transaction changed, as long as the instrumentor is active.
    ///
    /// It takes a hook that turns SQLite's
    /// [truncate optimisation](https://www.sqlite.org/lang_delete.html#the_truncate_optimization) off, so that a `DELETE`
    /// without `WHERE` takes about ten times as long.
    public var recordsRowChanges = false

    /// Statements that take at least this long are logged as warnings; `nil`: none is.
    public var slowStatementThreshold: Duration?

    /// Whether the span of a statement that failed says from which line of the app it came. It costs milliseconds the first
    /// time.
    public var recordsFailureCallSites = true

    /// Whether the span of a statement that failed has the lines of the app that led to it, as `exception.stacktrace` of its event. What it
    /// costs is what ``recordsFailureCallSites`` costs; off by default, and in every preset.
    public var recordsFailureStackTraces = false

    /// Whether the instrumentation's own errors are logged. They never reach the app either way.
    public var logsInstrumentationErrors = true

    /// Names of the attributes of `withDatabaseAttributes(_:replacing:_:)` that metrics carry; `nil`: all of them.
    ///
    /// Every combination of values is a time series of its own in most back ends: leave out what identifies one request.
    public var metricAttributes: Set<String>?

    /// The defaults: spans and metrics of every statement, without values.
    public init() {}

    /// For the developer's machine: everything, and a log of what takes 100 ms or more.
    public static var development: Configuration {
      var configuration = Configuration()
      configuration.slowStatementThreshold = .milliseconds(100)
      return configuration
    }

    /// For a test stage: a quarter of the traces and what is slow.
    public static var staging: Configuration {
      var configuration = Configuration()
      configuration.sampling = .ratio(0.25).or(.slowerThan(.milliseconds(250)))
      configuration.slowStatementThreshold = .milliseconds(250)
      return configuration
    }

    /// For production: a tenth of the traces and what is slow, without the statements' text and the lines of
    /// failures; the summary stays.
    public static var production: Configuration {
      var configuration = Configuration()
      configuration.sampling = .ratio(0.1).or(.slowerThan(.milliseconds(500)))
      configuration.capturesStatementText = false
      configuration.recordsFailureCallSites = false
      configuration.slowStatementThreshold = .milliseconds(500)
      return configuration
    }

    /// Checks the values.
    ///
    /// - Throws: ``DatabaseConfigurationError`` for the first one that makes no sense.
    public func validate() throws {
      if sqlTruncationLength < 16 {
        throw DatabaseConfigurationError(
          option: "sqlTruncationLength", value: "\(sqlTruncationLength)",
          reason: "a text of less than 16 bytes says nothing: set capturesStatementText to false to leave it out")
      }
      if let problem = sampling.rule.problem {
        throw DatabaseConfigurationError(option: "sampling", value: "\(sampling)", reason: problem)
      }
      if let threshold = slowStatementThreshold, threshold < .zero {
        throw DatabaseConfigurationError(
          option: "slowStatementThreshold", value: "\(threshold)",
          reason: "a duration is zero or more: set nil to log no statement")
      }
      if case .columns(let names) = redaction.rule, let name = names.first(where: { $0.isEmpty }) {
        throw DatabaseConfigurationError(
          option: "redaction", value: "columns(\"\(name)\")", reason: "a column has a name: leave the empty one out")
      }
      if recordsParameters && redaction == .values {
        throw DatabaseConfigurationError(
          option: "recordsParameters", value: "true",
          reason: "redaction is .values, which masks every parameter: set redaction to .columns(…) or .none as well")
      }
    }
  }
}

/// A value of a configuration that makes no sense.
public struct DatabaseConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name of the option.
  public let option: String
  /// The value that it had.
  public let value: String
  /// What is wrong with it, and what to do.
  public let reason: String

  /// `sqlTruncationLength = 3: a text of less than 16 bytes says nothing …`
  public var description: String { "\(option) = \(value): \(reason)." }
}
