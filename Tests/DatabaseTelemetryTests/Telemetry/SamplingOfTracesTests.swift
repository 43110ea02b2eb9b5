import DatabaseTelemetry
import DatabaseTesting
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite struct SamplingOfTracesTests {
  private let shop: Shop

  init() throws {
    shop = try withoutDatabaseRecording { try Shop() }
  }

  /// Twenty requests with three statements each: how many spans of statements each trace has.
  private func spansOfTraces(_ telemetry: Telemetry, seed: UInt64, share: Double) throws -> [Int] {
    try telemetry.collect({
      $0.sampling = .ratio(share)
      $0.samplingSeed = seed
    }) {
      for _ in 0..<20 {
        _ = try telemetry.tracer.withSpan("request") { _ in
          for author in 1...3 { _ = try shop.books(of: author) }
        }
      }
    }
    let requests = telemetry.spans(named: "request")
    return requests.map { request in telemetry.spans.filter { $0.parentSpanID == request.spanID }.count }
  }

  @Test func aTraceIsWholeOrNotThere() throws {
    let counts = try spansOfTraces(Telemetry(), seed: 7, share: 0.5)
    #expect(Set(counts) == [0, 3])
    #expect(counts == (try spansOfTraces(Telemetry(), seed: 7, share: 0.5)))
    #expect(counts != (try spansOfTraces(Telemetry(), seed: 8, share: 0.5)))
    #expect(Set(try spansOfTraces(Telemetry(), seed: 7, share: 1)) == [3])
    #expect(Set(try spansOfTraces(Telemetry(), seed: 7, share: 0)) == [0])
  }

  @Test func aScopeWithAttributesIsATraceWhereThereIsNoOther() throws {
    let telemetry = Telemetry()
    try telemetry.collect({ $0.sampling = .ratio(0.5) }) {
      for job in 0..<40 {
        try withDatabaseAttributes(["job": .int(job)]) {
          for author in 1...3 { _ = try shop.books(of: author) }
        }
      }
    }
    var counts: [String: Int] = [:]
    for span in telemetry.spans { counts["\(try #require(span["job"]))", default: 0] += 1 }
    #expect(Set(counts.values) == [3])
    #expect(counts.count < 40 && counts.count > 5)
  }

  @Test func lazyLoadsOnly() throws {
    let telemetry = Telemetry()
    try telemetry.collect({ $0.lazyLoadsOnly = true }) {
      _ = try shop.authors()
      _ = try shop.books(of: 1)
      _ = try shop.database.rows("SELECT id FROM book WHERE authorId IN (1, 2)")
      _ = try LoaderHooks.withLoad(.lazy, of: "author.settings") {
        try shop.database.rows("SELECT key FROM setting")
      }
    }
    #expect(
      telemetry.spans.map(\.operationName) == ["SELECT book", "SELECT setting", "lazy load author.settings"])
  }

  @Test(arguments: [true, false]) func queriesOnly(bySwitch: Bool) throws {
    let telemetry = Telemetry()
    try telemetry.collect({
      if bySwitch { $0.queriesOnly = true } else { $0.sampling = .queries }
    }) {
      try shop.database.execute("PRAGMA query_only = 0")
      try shop.database.execute("SELECT name FROM sqlite_master")
      try shop.database.execute("BEGIN")
      _ = try shop.authors()
      try shop.database.execute(
        "INSERT INTO setting VALUES (7, 'x'); UPDATE setting SET value = 'y'; DELETE FROM setting")
      try shop.database.execute("CREATE TABLE IF NOT EXISTS other (id)")
      try shop.database.execute("COMMIT")
    }
    #expect(
      telemetry.spans.map(\.operationName) == ["SELECT author", "INSERT setting", "UPDATE setting", "DELETE setting"])
    // Measured is everything.
    #expect(telemetry.durations.values.reduce(0) { $0 + $1.count } == 9)
  }

  @Test func queriesAreAPartOfARule() throws {
    let telemetry = Telemetry()
    try telemetry.collect({ $0.sampling = .queries.negated }) {
      try shop.database.execute("BEGIN")
      _ = try shop.authors()
      try shop.database.execute("COMMIT")
    }
    #expect(telemetry.spans.map(\.operationName) == ["BEGIN", "COMMIT"])
    #expect(Sampling.queries.and(.ratio(0.5)).description == "(queries and ratio(0.5))")
  }

  @Test func whatIsSlowHasASpanAtItsEnd() throws {
    let telemetry = Telemetry()
    try telemetry.collect({ $0.sampling = .slowerThan(.nanoseconds(1)) }) {
      _ = try telemetry.tracer.withSpan("request") { _ in try shop.authors() }
    }
    let request = try #require(telemetry.spans(named: "request").first)
    let span = try #require(telemetry.spans(named: "SELECT author").first)
    #expect(span.parentSpanID == request.spanID)
    #expect(span.startInstant.nanosecondsSinceEpoch >= request.startInstant.nanosecondsSinceEpoch)
    #expect(span["db.response.returned_rows"] == .int64(4))
    let fast = Telemetry()
    try fast.collect({ $0.sampling = .slowerThan(.seconds(60)) }) { _ = try shop.authors() }
    #expect(fast.spans.isEmpty)
    #expect(fast.durations.count == 1)
  }

  @Test func recordingsSeeWhatIsNotSampled() throws {
    let telemetry = Telemetry()
    let recording = try telemetry.collect({ $0.sampling = .never }) {
      try recordDatabase { _ = try shop.authors() }
    }
    #expect(recording.queries.count == 1)
    #expect(recording.spans.isEmpty)
  }

  @Test func spansOfAnInstrumentorAreNoStatementsOfTheirOwn() throws {
    let telemetry = Telemetry()
    let recording = try telemetry.collect {
      try recordDatabase { _ = try shop.authors() }
    }
    #expect(recording.queries.count == 1)
    #expect(recording.spans.map(\.name) == ["SELECT author"])
    #expect(telemetry.spans.count == 1)
  }
}
