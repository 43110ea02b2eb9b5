internal import DatabaseInstrumentation
public import DatabaseRecording

/// Records what `body` asks of the database.
///
/// ```swift
/// let recording = try recordDatabase { _ = try library.publish(draft) }
/// #expect(recording.queries.count == 3)
/// ```
///
/// - Parameters:
///   - label: What messages call the recording.
///   - body: The work to record. Its result is discarded; declare a variable outside for what the test needs of it.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: The finished recording. When `body` throws, the error is rethrown and the recording is lost.
public func recordDatabase<R>(
  _ label: String = "",
  _ body: () throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows -> Recording {
  let recorder = DatabaseRecorder.started(label, at: CodeLocation(fileID, filePath, line, column))
  return try RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "recordDatabase", failures: log) }
    _ = try recorder.bind(body)
    return recorder.finish()
  }
}

/// Records what `body` asks of the database.
///
/// The asynchronous form of ``recordDatabase(_:_:fileID:filePath:line:column:)``.
@_disfavoredOverload
public func recordDatabase<R>(
  _ label: String = "",
  _ body: () async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows -> Recording {
  let recorder = DatabaseRecorder.started(label, at: CodeLocation(fileID, filePath, line, column))
  return try await RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "recordDatabase", failures: log) }
    _ = try await recorder.bind(body)
    return recorder.finish()
  }
}

/// Runs `body` with a recorder that can be read while it records.
///
/// ```swift
/// try withDatabaseRecorder { recorder in
///   try library.warmUp()
///   let before = recorder.recording.queries.count
///   _ = try library.bestsellers()
///   #expect(recorder.recording.queries.count == before)      // from the cache
/// }
/// ```
///
/// - Parameters:
///   - label: What messages call the recording.
///   - body: The work to record. The recorder ends with it.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: What `body` returns.
public func withDatabaseRecorder<R>(
  _ label: String = "",
  _ body: (DatabaseRecorder) throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows -> R {
  let recorder = DatabaseRecorder.started(label, at: CodeLocation(fileID, filePath, line, column))
  return try RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "withDatabaseRecorder", failures: log) }
    return try recorder.bind { try body(recorder) }
  }
}

/// Runs `body` with a recorder that can be read while it records.
///
/// The asynchronous form of ``withDatabaseRecorder(_:_:fileID:filePath:line:column:)``.
@_disfavoredOverload
public func withDatabaseRecorder<R>(
  _ label: String = "",
  _ body: (DatabaseRecorder) async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows -> R {
  let recorder = DatabaseRecorder.started(label, at: CodeLocation(fileID, filePath, line, column))
  return try await RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "withDatabaseRecorder", failures: log) }
    return try await recorder.bind { try await body(recorder) }
  }
}

/// Runs a fixture: its statements are counted separately and take part in no expectation.
///
/// ```swift
/// struct LibraryTests {
///   let library: Library
///
///   init() throws {
///     library = try withoutDatabaseRecording { try Library.inMemory().filled(authors: 20) }
///   }
/// }
/// ```
///
/// A connection opened inside belongs to the recording around the fixture once the fixture has ended.
///
/// - Parameter body: The work to leave out. `Recording.excludedCount` tells how many statements that were.
/// - Returns: What `body` returns.
public func withoutDatabaseRecording<R>(_ body: () throws -> R) rethrows -> R {
  let scope = RecordingScope(role: .excluded, detailLimit: 0)
  defer { scope.finish() }
  return try RecordingScope.$current.withValue(scope, operation: body)
}

/// Runs a fixture: its statements are counted separately and take part in no expectation.
///
/// The asynchronous form of ``withoutDatabaseRecording(_:)``.
@_disfavoredOverload
public func withoutDatabaseRecording<R>(_ body: () async throws -> R) async rethrows -> R {
  let scope = RecordingScope(role: .excluded, detailLimit: 0)
  defer { scope.finish() }
  return try await RecordingScope.$current.withValue(scope, operation: body)
}
