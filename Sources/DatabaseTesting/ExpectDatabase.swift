public import DatabaseRecording

/// Runs `body` and fails the test unless what it asks of the database meets all expectations.
///
/// ```swift
/// let authors = try expectDatabase(.noNPlusOne, .queries(2)) {
///   try library.authorsWithBooks()
/// }
/// ```
///
/// It works in Swift Testing and in XCTest. All mismatches are reported together, at the line of the call. When `body` throws,
/// only what is wrong already is told: a leak, an N+1 before the error, more queries than are allowed. When it leaves the test
/// (`XCTSkip`, `Test.cancel()`), only leaks are.
///
///
/// ```text
/// LibraryTests.swift:12: error: Expected 2 queries, found 12.
///   11×  SELECT * FROM book WHERE authorId = ?    #2 … #12
///        at Library.swift:42 in Library.authorsWithBooks()
///   1×  SELECT * FROM author    #1
///        at Library.swift:40 in Library.authorsWithBooks()
///   11 of them load book.authorId one author at a time: #2 … #12
///   fix: load them together: SELECT … FROM book WHERE authorId IN (…)
/// ```
///
/// - Parameters:
///   - expectations: What must hold.
///   - body: The work to check.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: What `body` returns.
@discardableResult
public func expectDatabase<R>(
  _ expectations: DatabaseExpectation...,
  body: () throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows -> R {
  let location = CodeLocation(fileID, filePath, line, column)
  let recorder = DatabaseRecorder.started("", at: location)
  return try RunReport.line { log in
    do {
      let result = try recorder.bind(body)
      recorder.report(expectations, at: location, file: filePath, log)
      return result
    } catch {
      recorder.report(expectations, at: location, file: filePath, log, ending: ScopeEnding(error))
      throw error
    }
  }
}

/// Runs `body` and fails the test unless what it asks of the database meets all expectations.
///
/// The asynchronous form of ``expectDatabase(_:body:fileID:filePath:line:column:)``.
@discardableResult
@_disfavoredOverload
public func expectDatabase<R>(
  _ expectations: DatabaseExpectation...,
  body: () async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows -> R {
  let location = CodeLocation(fileID, filePath, line, column)
  let recorder = DatabaseRecorder.started("", at: location)
  return try await RunReport.line { log in
    do {
      let result = try await recorder.bind(body)
      recorder.report(expectations, at: location, file: filePath, log)
      return result
    } catch {
      recorder.report(expectations, at: location, file: filePath, log, ending: ScopeEnding(error))
      throw error
    }
  }
}

extension Recording {
  /// Fails the test unless the recording meets all expectations.
  ///
  /// ```swift
  /// let recording = try recordDatabase { try library.publish(draft) }
  /// recording.expect(.inserts(2), .noDuplicateQueries)
  /// ```
  ///
  /// To look at what is wrong without failing, use `check(_:)`.
  public func expect(
    _ expectations: DatabaseExpectation...,
    fileID: StaticString = #fileID,
    filePath: StaticString = #filePath,
    line: UInt = #line,
    column: UInt = #column
  ) {
    IssueReporter.report(
      check(expectations, isInherited: false), of: self, at: CodeLocation(fileID, filePath, line, column),
      file: filePath)
  }
}

extension DatabaseRecorder {
  fileprivate func report(
    _ expectations: [DatabaseExpectation], at location: CodeLocation, file: StaticString, _ failures: FailureLog?,
    ending: ScopeEnding = .completed
  ) {
    let recording = finish()
    failures?.add(ending)
    IssueReporter.report(
      recording.check(expectations, isInherited: false, ending: ending), of: recording, at: location, file: file,
      ending: ending)
    RunReport.add(recording, call: "expectDatabase", failures: failures)
  }
}
