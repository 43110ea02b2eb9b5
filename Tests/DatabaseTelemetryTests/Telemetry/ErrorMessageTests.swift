import CSQLiteForTests
import DatabaseTelemetry
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite struct ErrorMessageTests {
  @Test(arguments: [(false, "SQLITE_ERROR: SQL logic error"), (true, "cannot do it with secret")])
  func theWholeTextIsOnTheSpanOnRequest(isAsked: Bool, expected: String) throws {
    let database = try SQLiteDatabase()
    sqlite3_create_function_v2(
      database.handle, "fail", 1, SQLITE_UTF8, nil,
      { context, _, values in
        guard let text = values?[0].flatMap({ sqlite3_value_text($0) }) else { return }
        sqlite3_result_error(context, "cannot do it with \(String(cString: text))", -1)
      }, nil, nil, nil)
    let telemetry = Telemetry()
    try telemetry.collect({ $0.recordsErrorMessages = isAsked }) { _ = try? database.rows("SELECT fail('secret')") }
    #expect(telemetry.spans.compactMap { $0.status?.message } == [expected])
  }

  /// A text that cannot be prepared has no statement, and its span the same switch.
  @Test(arguments: [false, true]) func alsoOfATextThatCannotBePrepared(isAsked: Bool) throws {
    let database = try SQLiteDatabase()
    let telemetry = Telemetry()
    try telemetry.collect({ $0.recordsErrorMessages = isAsked }) { _ = try? database.rows("SELECT 'secret") }
    #expect(telemetry.spans.map { $0.status?.message?.contains("secret") } == [isAsked])
  }
}
