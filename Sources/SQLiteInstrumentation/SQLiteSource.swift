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

  private static let inspectConnections: @Sendable (RecordingScope) -> Void = { scope in
    dbh_each_connection(concerns, noteLost, Unmanaged.passUnretained(scope).toOpaque())
  }
}

private func scope(_ argument: UnsafeMutableRawPointer?) -> RecordingScope? {
  argument.map { Unmanaged<RecordingScope>.fromOpaque($0).takeUnretainedValue() }
}

private func concerns(_ context: UnsafeMutableRawPointer?, _ argument: UnsafeMutableRawPointer?) -> Bool {
  guard let scope = scope(argument), let context else { return false }
  return Unmanaged<ConnectionEvidence>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.concerns(scope) }
}

private func noteLost(_ context: UnsafeMutableRawPointer?, _ isLost: Bool, _ argument: UnsafeMutableRawPointer?) {
  guard isLost, let scope = scope(argument), let context else { return }
  Unmanaged<ConnectionEvidence>.fromOpaque(context)._withUnsafeGuaranteedRef { connection in
    connection.markLost(in: connection.concerns(scope) ? scope : nil)
  }
}
