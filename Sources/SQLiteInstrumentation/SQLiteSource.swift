internal import CSQLiteHooks
internal import DatabaseInstrumentation

extension SQLiteInstrumentor {
  /// Lets SQLite's hooks hear what is wanted of them, and recordings ask whether they work.
  package static func registerAsSource() {
    StatementDemand.shared.register(
      StatementSource(
        name: "SQLite", wishesChanged: meet, prepare: { callbacks.prepare() }, inspect: inspectConnections,
        problem: { problem }))
  }

  private static let meet: StatementSource.WishesChanged = { wishes, changed in
    if changed.has(.detours) { dbh_set_detours(wishes.has(.detours)) }
    if changed.has(.rowChanges) { dbh_demand_row_changes(wishes.has(.rowChanges)) }
    if changed.has(.statements) { dbh_set_listening(wishes.has(.statements)) }
  }

  private static var problem: SourceProblem? {
    let status = dbh_get_status()
    if status.is_armed { return nil }
    let isUnavailable = Int(status.code) == DBH_UNAVAILABLE
    // Whoever instruments connections one by one was told.
    if isUnavailable, status.has_connections { return nil }
    let code = Int(status.code) == DBH_OK ? Int32(DBH_FAILED) : status.code
    let error = SQLiteInstrumentationError(code: code, result: status.result, name: nil)
    return SourceProblem(error.description, takesConnections: isUnavailable)
  }

  private static let inspectConnections: @Sendable (RecordingScope) -> Void = { scope in
    // Asked before: the registry of connections is locked while they are visited.
    let inspection = Inspection(scope: scope, isAlone: RecordingActivity.shared.isAlone(scope))
    dbh_each_connection(concerns, noteLost, Unmanaged.passUnretained(inspection).toOpaque())
  }
}

/// Who asks for work that was not seen.
private final class Inspection {
  private let scope: RecordingScope
  private let isAlone: Bool

  init(scope: RecordingScope, isAlone: Bool) {
    self.scope = scope
    self.isAlone = isAlone
  }

  func concerns(_ connection: ObservedConnection) -> Bool { connection.concerns(scope, isAlone: isAlone) }

  func noteLost(_ connection: ObservedConnection) { connection.markLost(in: concerns(connection) ? scope : nil) }

  static func of(_ argument: UnsafeMutableRawPointer?) -> Inspection? {
    argument.map { Unmanaged<Inspection>.fromOpaque($0).takeUnretainedValue() }
  }
}

private func concerns(_ context: UnsafeMutableRawPointer?, _ argument: UnsafeMutableRawPointer?) -> Bool {
  guard let inspection = Inspection.of(argument), let connection = connection(context) else { return false }
  return connection._withUnsafeGuaranteedRef { inspection.concerns($0) }
}

private func noteLost(_ context: UnsafeMutableRawPointer?, _ isLost: Bool, _ argument: UnsafeMutableRawPointer?) {
  guard isLost, let inspection = Inspection.of(argument), let connection = connection(context) else { return }
  connection._withUnsafeGuaranteedRef { inspection.noteLost($0) }
}
