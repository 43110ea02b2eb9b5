public import DatabaseRecording

/// Runs `body` and fails the test unless its queries are those of a file in `.database-snapshots/` beside the test.
///
/// ```swift
/// try expectQuerySnapshot { try library.authorsWithBooks() }
/// ```
///
/// The file is made where it is missing, except in CI (`CI` is set), where that fails. It holds the normalised SQL of each
/// shape of query and how often it ran, sorted, without any value:
///
/// ```text
/// # query snapshot 1
/// 1×  SELECT * FROM author
/// 1×  SELECT * FROM book WHERE authorId IN (?)
/// ```
///
/// A difference is shown line by line, and accepted with `DATABASE_TESTING_SNAPSHOTS_RECORD=1`:
///
/// ```text
/// Expected the queries of _LibraryTests.lists---1f0c.txt, but they differ.
///     # query snapshot 1
///     1×  SELECT * FROM author
///   - 1×  SELECT * FROM book WHERE authorId IN (?)
///   + 11×  SELECT * FROM book WHERE authorId = ?
///   fix: change the queries back, or accept them with DATABASE_TESTING_SNAPSHOTS_RECORD=1 swift test
/// ```
///
/// - Parameters:
///   - name: Tells several snapshots of one test, which may not share a file, or the cases of a parameterised test, apart.
///   - details: What to keep beyond that: how relationships were loaded, tables, query plans.
///   - body: The work to check; it must send at least one query.
///   - function: The test, after which the file is named.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: What `body` returns.
@discardableResult
public func expectQuerySnapshot<R>(
  _ name: String = "", including details: QuerySnapshotDetails = [], body: () throws -> R,
  function: StaticString = #function, fileID: StaticString = #fileID,
  filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) rethrows -> R {
  let location = CodeLocation(fileID, filePath, line, column)
  let recorder = DatabaseRecorder.started("", at: location)
  return try RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "expectQuerySnapshot", failures: log) }
    let result = try recorder.bind(body)
    recorder.compareSnapshot(name, details, function, location, filePath)
    return result
  }
}

/// Runs `body` and fails the test unless its queries are those of a file in `.database-snapshots/` beside the test.
///
/// The asynchronous form of ``expectQuerySnapshot(_:including:body:function:fileID:filePath:line:column:)``.
@discardableResult
@_disfavoredOverload
public func expectQuerySnapshot<R>(
  _ name: String = "", including details: QuerySnapshotDetails = [], body: () async throws -> R,
  function: StaticString = #function,
  fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) async rethrows -> R {
  let location = CodeLocation(fileID, filePath, line, column)
  let recorder = DatabaseRecorder.started("", at: location)
  return try await RunReport.line { log in
    defer { RunReport.add(recorder.finish(), call: "expectQuerySnapshot", failures: log) }
    let result = try await recorder.bind(body)
    recorder.compareSnapshot(name, details, function, location, filePath)
    return result
  }
}

extension DatabaseRecorder {
  fileprivate func compareSnapshot(
    _ name: String, _ details: QuerySnapshotDetails, _ function: StaticString, _ location: CodeLocation,
    _ path: StaticString
  ) {
    let recording = finish()
    var file = SnapshotFile(
      name: name, function: "\(function)", filePath: location.filePath,
      call: "\(location.line):\(location.column)")
    file.details = details
    IssueReporter.report(file.findings(of: recording), of: recording, at: location, file: path)
  }
}
