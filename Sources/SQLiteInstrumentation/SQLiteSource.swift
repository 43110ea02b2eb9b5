internal import CSQLiteHooks
internal import DatabaseInstrumentation

extension SQLiteInstrumentor {
  /// Lets recordings ask whether SQLite's hooks work.
  package static func registerAsSource() {
    EvidenceSources.shared.register(
      EvidenceSource(
        name: "SQLite", prepare: { callbacks.prepare() }, inspect: inspectConnections, problem: { problem }))
  }

  private static var problem: String? {
    let status = dbh_get_status()
    if status.is_armed { return nil }
    let code = Int(status.code) == DBH_OK ? Int32(DBH_FAILED) : status.code
    return SQLiteInstrumentationError(code: code, result: status.result, name: nil).description
  }

  private static let inspectConnections: @Sendable () -> Void = {
    dbh_each_connection(noteLost, nil)
  }
}

private func noteLost(_ context: UnsafeMutableRawPointer?, _ isLost: Bool, _ argument: UnsafeMutableRawPointer?) {
  guard isLost, let context else { return }
  Unmanaged<ConnectionEvidence>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.markLost() }
}
