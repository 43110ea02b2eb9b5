internal import DatabaseRecording

/// Fails the test if the number of queries grows with the data.
///
/// ```swift
/// var library: Library?
/// try expectConstantQueries(at: [2, 4, 8]) { size in
///   library = try Library.inMemory().filled(authors: size)
/// } measure: {
///   try library?.authorsWithBooks()
/// }
/// ```
///
/// ```text
/// Expected constant queries at sizes 2, 4, 8, found 3 → 5 → 9: book.authorId 2 → 4 → 8.
///   2 → 4 → 8×  SELECT * FROM book WHERE authorId = ?    lazy
///        at Library.swift:42 in Library.books(of:)
///   fix: load them together: SELECT … FROM book WHERE authorId IN (…)
///   1 other query at the largest size does not grow.
/// ```
///
/// Before the first measurement `measure` runs once without being recorded, so that what is done once in the life of the app
/// does not count. Keys that are loaded in chunks, pages, and batches of inserts may grow, as long as each handles two rows
/// or more.
///
/// It fails where it would prove nothing: where no query is seen, where the sizes do not grow, and where `measure` does the
/// same at every size because `populate` adds nothing that it reads.
///
/// - Parameters:
///   - sizes: Two numbers of rows or more, in ascending order, such as `[2, 4, 8]`.
///   - populate: Makes the data have so many rows: anew, or by adding what is missing. It is not recorded.
///   - measure: The work to check. Its result is discarded.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
public func expectConstantQueries<R>(
  at sizes: [Int],
  populate: (Int) throws -> Void,
  measure: () throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.constantQueries
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try withoutDatabaseRecording { try populate(size) }
    if recordings.isEmpty { _ = try withoutDatabaseRecording { try measure() } }
    recordings.append(try check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}

/// Fails the test if the number of queries grows with the data.
///
/// The asynchronous form of the function of the same name.
@_disfavoredOverload
public func expectConstantQueries<R>(
  at sizes: [Int],
  populate: (Int) async throws -> Void,
  measure: () async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.constantQueries
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try await withoutDatabaseRecording { try await populate(size) }
    if recordings.isEmpty { _ = try await withoutDatabaseRecording { try await measure() } }
    recordings.append(try await check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}

/// Fails the test if SQLite's work grows faster than the data.
///
/// ```swift
/// var library: Library?
/// try expectLinearSteps(at: [20, 40, 80]) { size in
///   library = try Library.inMemory().filled(books: size)
/// } measure: {
///   try library?.booksWithTheirSequels()
/// }
/// ```
///
/// ```text
/// Expected steps to grow no faster than sizes 20, 40, 80, found 2058 → 8098 → 32178: like the square of the size.
///   1×  SELECT count(*) FROM a, b WHERE a.x + b.x = ?    2058 → 8098 → 32178 steps
///        at Library.swift:51 in Library.booksWithTheirSequels()
///        plan: SCAN a
///        plan: SCAN b
///   fix: a condition or a join that an index can serve; of 3 that were tried SQLite uses none
/// ```
///
/// It compares what one row more costs at the small end with what it costs at the large one, in instructions of SQLite's
/// virtual machine. They are the same in every run, so that no time is measured and nothing is flaky. Sorting, which takes
/// *n* log *n*, is no finding. It warms up, and fails where it would prove nothing, as `expectConstantQueries` does.
///
/// - Parameters:
///   - sizes: Three numbers of rows or more, in ascending order, the last at least 4 times the first.
///   - populate: Makes the data have so many rows: anew, or by adding what is missing. It is not recorded.
///   - measure: The work to check. Its result is discarded.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
public func expectLinearSteps<R>(
  at sizes: [Int],
  populate: (Int) throws -> Void,
  measure: () throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.linearSteps
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try withoutDatabaseRecording { try populate(size) }
    if recordings.isEmpty { _ = try withoutDatabaseRecording { try measure() } }
    recordings.append(try check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}

/// Fails the test if SQLite's work grows faster than the data.
///
/// The asynchronous form of the function of the same name.
@_disfavoredOverload
public func expectLinearSteps<R>(
  at sizes: [Int],
  populate: (Int) async throws -> Void,
  measure: () async throws -> R,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) async rethrows {
  let location = CodeLocation(fileID, filePath, line, column)
  let check = ScaleCheck.linearSteps
  guard !check.refuses(sizes, at: location, file: filePath) else { return }
  var recordings: [Recording] = []
  for size in sizes {
    try await withoutDatabaseRecording { try await populate(size) }
    if recordings.isEmpty { _ = try await withoutDatabaseRecording { try await measure() } }
    recordings.append(try await check.record(at: location, measure))
  }
  check.report(sizes, recordings, at: location, file: filePath)
}

/// What is measured on data of several sizes.
enum ScaleCheck: String {
  case constantQueries = "expectConstantQueries"
  case linearSteps = "expectLinearSteps"
  case audit = "expectAudit"

  func refuses(_ sizes: [Int], at location: CodeLocation, file: StaticString) -> Bool {
    let problem = ScaleSeries.problem(of: sizes, for: rawValue, forLine: self == .linearSteps)
    guard let problem else { return false }
    IssueReporter.report([problem], of: DatabaseRecorder.started("", at: location).finish(), at: location, file: file)
    return true
  }

  func record<R>(at location: CodeLocation, _ measure: () throws -> R) rethrows -> Recording {
    let recorder = DatabaseRecorder.started("", at: location)
    defer { recorder.finish() }
    _ = try recorder.bind(measure)
    return recorder.finish()
  }

  func record<R>(at location: CodeLocation, _ measure: () async throws -> R) async rethrows -> Recording {
    let recorder = DatabaseRecorder.started("", at: location)
    defer { recorder.finish() }
    _ = try await recorder.bind(measure)
    return recorder.finish()
  }

  func report(_ sizes: [Int], _ recordings: [Recording], at location: CodeLocation, file: StaticString) {
    guard let last = recordings.last else { return }
    let series = ScaleSeries(rawValue, sizes: sizes, recordings: recordings)
    let findings =
      switch self {
      case .constantQueries: series.constantQueries()
      case .linearSteps: series.linearSteps()
      case .audit: series.audit()
      }
    IssueReporter.report(findings, of: last, at: location, file: file)
  }
}
