internal import DatabaseRecording

/// Fails the test if SQLite's work costs what it need not, on tables that are shown to grow.
///
/// ```swift
/// var library: Library?
/// try expectAudit(at: [10, 20, 40]) { size in
///   library = try Library.inMemory().filled(books: size)
/// } measure: {
///   try library?.book(titled: "title 7")
/// }
/// ```
///
/// ```text
/// Audit: SELECT id FROM book WHERE title = ? looks at 40 rows of book to find 1.
///   1×  SELECT id FROM book WHERE title = ?    40 rows looked at    #1
///        at Library.swift:42 in Library.book(titled:)
///        plan: SCAN book
///   fix: an index, e.g. CREATE INDEX book_title ON book (title)
///        with it SQLite says SEARCH book USING INDEX book_title (title=?); tried
/// ```
///
/// `.audit` leaves small tables alone. Here a statement that looks at more rows at the larger sizes has shown that its table is none,
/// so that some rows are enough. It warms up, and fails where it would prove nothing, as `expectConstantQueries` does.
///
/// - Parameters:
///   - sizes: Two numbers of rows or more, in ascending order, the last 20 or more.
///   - populate: Makes the data have so many rows: anew, or by adding what is missing. It is not recorded.
///   - measure: The work to check. Its result is discarded.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
public func expectAudit<R>(
  at sizes: [Int],
  populate: (Int) throws -> Void,
  measure: () throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.audit
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try withoutDatabaseRecording { try populate(size) }
    if recordings.isEmpty { _ = try withoutDatabaseRecording { try measure() } }
    recordings.append(try check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}

/// Fails the test if SQLite's work costs what it need not, on tables that are shown to grow.
///
/// The asynchronous form of the function of the same name.
@_disfavoredOverload
public func expectAudit<R>(
  at sizes: [Int],
  populate: (Int) async throws -> Void,
  measure: () async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.audit
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try await withoutDatabaseRecording { try await populate(size) }
    if recordings.isEmpty { _ = try await withoutDatabaseRecording { try await measure() } }
    recordings.append(try await check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}
