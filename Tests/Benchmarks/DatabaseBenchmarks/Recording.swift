internal import DatabaseTesting

/// Records `body` as tests do, and throws the recording away.
func recording(_ body: () throws -> Void) rethrows {
  try withDatabaseRecorder { _ in try body() }
}
