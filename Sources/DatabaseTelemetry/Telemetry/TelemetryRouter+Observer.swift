package import Tracing

/// The C module finds the observer by this name, since it is loaded first.
@_cdecl("database_telemetry_observer")
func databaseTelemetryObserver() -> UnsafeRawPointer {
  UnsafeRawPointer(Unmanaged.passUnretained(TelemetryRouter.shared).toOpaque())
}

extension TelemetryRouter: StatementObserver {
  package func connectionOpened() -> (any Observation)? {
    guard hasTemporary, let temporary = TemporaryInstrumentation.current else { return nil }
    return ConnectionRoute(openedIn: temporary)
  }

  package func statementBegan(
    _ shape: StatementShape, on connection: ObservedConnection, inside enclosing: (any Observation)?, batchSize: Int?,
    text: () -> String?, parameters: () -> [String?]?
  ) -> (any Observation)? {
    // What a sink does with a database is not told to it again.
    guard !SinkCall.isCurrent,
      let route = connection.observation(otherwise: { ConnectionRoute(openedIn: nil) }) as? ConnectionRoute,
      let pipeline = route.pipeline(for: connection.database)
    else { return nil }
    return pipeline.begin(
      SentStatement(
        shape: shape, text: pipeline.needsSentText ? text() : nil,
        parameters: pipeline.needsParameters ? pipeline.shown(parameters() ?? []) : [], batchSize: batchSize,
        enclosing: enclosing as? StatementTelemetry),
      on: connection)
  }

  package func statementEnded(_ statement: any Observation, _ outcome: StatementOutcome?, message: String?) {
    (statement as? StatementTelemetry)?.end(outcome, wholeMessage: message)
  }

  package func loadDeclared(
    _ strategy: LoadStrategy?, of relationship: String, details: (any Sendable)?
  ) -> (observation: any Observation, context: ServiceContext) {
    let load = LoadTelemetry(
      strategy, of: relationship, attributes: details as? DatabaseAttributes ?? DatabaseAttributes())
    return (load, load.context)
  }

  package func loadEnded(_ load: any Observation, _ error: (any Error)?) {
    (load as? LoadTelemetry)?.end(error)
  }

  package func flushAnnounced(_ name: String, _ announced: RowChanges) -> any Observation {
    FlushTelemetry(name, announced: announced)
  }

  package func flushEnded(_ flush: any Observation, _ ending: FlushEnding?) {
    (flush as? FlushTelemetry)?.end(ending)
  }

  package func poolCreated(_ name: String, size: PoolSize, maxOverflow: PoolSize) -> any Observation {
    PoolMetrics(pool: name, size: size, maxOverflow: maxOverflow)
  }

  package func poolChanged(
    _ pool: any Observation, _ kind: EventKind?, _ measured: PoolMeasurement, _ statistics: PoolStatistics
  ) {
    (pool as? PoolMetrics)?.record(kind, measured, statistics)
  }
}
