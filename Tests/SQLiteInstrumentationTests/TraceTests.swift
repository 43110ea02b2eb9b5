import CSQLiteForTests
import DatabaseSupport
import DatabaseTesting
import Foundation
import TestSupport
import Testing

#if os(Linux)
  @Suite struct TraceTests {
    @Test(.needs(.interposition)) func theAppsOwnTraceRunsBesideOurs() throws {
      #expect(SQLiteInstrumentor.sharesTrace)
      let shop = try Shop(authors: 2)
      let seen = SeenStatements()
      let recording = try recordDatabase {
        setTrace(shop.database.handle, UInt32(SQLITE_TRACE_STMT), seen)
        _ = try shop.authors()
        _ = try shop.books(of: 1)
      }
      #expect(seen.texts == ["SELECT id FROM author ORDER BY id", "SELECT id FROM book WHERE authorId = ?"])
      #expect(recording.selects.count == 2)
      #expect(recording.selects.map(\.rowsReturned) == [2, 2])
      #expect(!recording.isBlind)
    }

    @Test func theAppsTraceGetsOnlyWhatItAskedFor() throws {
      let shop = try Shop(authors: 3)
      let seen = SeenStatements()
      setTrace(shop.database.handle, UInt32(SQLITE_TRACE_ROW), seen)
      _ = try shop.authors()
      #expect(seen.events == [UInt32(SQLITE_TRACE_ROW), UInt32(SQLITE_TRACE_ROW), UInt32(SQLITE_TRACE_ROW)])
    }

    @Test(.needs(.interposition)) func removingTheAppsTraceKeepsOurs() throws {
      let shop = try Shop(authors: 2)
      let seen = SeenStatements()
      setTrace(shop.database.handle, UInt32(SQLITE_TRACE_STMT), seen)
      sqlite3_trace_v2(shop.database.handle, 0, nil, nil)
      let recording = try recordDatabase { _ = try shop.authors() }
      #expect(seen.texts.isEmpty)
      #expect(recording.selects.count == 1)
    }

    @Test func aTraceSharedByNameOfTheConnectionRunsOnEveryPlatform() throws {
      let shop = try Shop(authors: 2)
      let handle = try #require(shop.database.handle)
      var begun: [String] = []
      var expanded: [String] = []
      var kept: SQLiteTraceEvent?
      try SQLiteInstrumentor.trace(handle) { event in
        begun.append(event.description)
        expanded.append(event.expandedSQL)
        kept = event
      }
      let recording = try recordDatabase { _ = try shop.books(of: 2) }
      #expect(begun == ["SELECT id FROM book WHERE authorId = ?"])
      #expect(expanded == ["SELECT id FROM book WHERE authorId = 2"])
      #expect(kept?.expandedSQL == kept?.sql)
      #expect(recording.selects.count == 1)

      var durations: [Duration?] = []
      try SQLiteInstrumentor.trace(handle, options: .profile) { durations.append($0.duration) }
      _ = try shop.books(of: 1)
      #expect(durations.count == 1 && durations[0] != nil)
      try SQLiteInstrumentor.trace(handle, nil)
      _ = try shop.books(of: 1)
      #expect(begun.count == 1 && durations.count == 1)
    }

    @Test func aSharedTraceIsLetGo() throws {
      final class Token {}
      let database = try SQLiteDatabase()
      weak var first: Token?
      weak var second: Token?
      let handle = try #require(database.handle)
      do {
        let tokens = (Token(), Token())
        (first, second) = tokens
        try SQLiteInstrumentor.trace(handle) { [token = tokens.0] _ in _ = token }
        try SQLiteInstrumentor.trace(handle) { [token = tokens.1] _ in _ = token }
      }
      #expect(first == nil)
      #expect(second != nil)
      database.close()
      #expect(second == nil)
    }

    @Test func aConnectionThatIsNotInstrumentedHasNoTraceToShare() throws {
      let database = try SQLiteDatabase()
      let handle = try #require(database.handle)
      database.close()
      #expect(throws: SQLiteInstrumentationError.isNotInstrumented) { try SQLiteInstrumentor.trace(handle) { _ in } }
    }

    @Test func aSecondNameIsTheName() throws {
      let database = try SQLiteDatabase()
      try SQLiteInstrumentor.instrument(#require(database.handle), name: "stock")
      let recording = try recordDatabase { try database.execute("CREATE TABLE t (a)") }
      #expect(recording.connections.map(\.name) == ["stock"])
      #expect(DatabaseRegistry.shared.databases(named: "stock").count == 1)
    }

    @Test func theAppHearsOfTheClose() throws {
      let seen = SeenStatements()
      let database = try SQLiteDatabase()
      setTrace(database.handle, UInt32(SQLITE_TRACE_CLOSE), seen)
      database.close()
      #expect(seen.events == [UInt32(SQLITE_TRACE_CLOSE)])
    }

    @Test func aReplacedTraceMakesTheRecordingBlind() throws {
      let library = try #require(SQLiteLibrary.shared())
      let recording = try recordDatabase {
        let shop = try Shop(authors: 2)
        _ = library.trace(shop.database.handle, UInt32(SQLITE_TRACE_STMT), { _, _, _, _ in 0 }, nil)
        try shop.database.execute("INSERT INTO setting VALUES (1, 'x')")
      }
      #expect(recording.isBlind)
      let findings = recording.check(.queries(...100), .noFailures)
      #expect(findings.count == 1)
      #expect(findings.first?.kind == .blind)
      #expect(findings.first?.headline.contains("lost its trace") == true)
    }

    @Test func aReplacedTraceOfAStrangerDoesNot() throws {
      let library = try #require(SQLiteLibrary.shared())
      let shop = try Shop(authors: 2)
      _ = library.trace(shop.database.handle, UInt32(SQLITE_TRACE_STMT), { _, _, _, _ in 0 }, nil)
      let own = try Shop(authors: 1)
      let recording = try recordDatabase {
        try shop.database.execute("INSERT INTO setting VALUES (1, 'x')")
        _ = try own.authors()
      }
      #expect(!recording.isBlind)
    }
  }

  final class SeenStatements: Sendable {
    private let state = Locked((texts: [String](), events: [UInt32]()))

    var texts: [String] { state.withLock { $0.texts } }
    var events: [UInt32] { state.withLock { $0.events } }

    func add(_ event: UInt32, _ text: String?) {
      state.withLock { state in
        state.events.append(event)
        if let text { state.texts.append(text) }
      }
    }
  }

  private func setTrace(_ handle: OpaquePointer?, _ mask: UInt32, _ seen: SeenStatements) {
    sqlite3_trace_v2(handle, mask, sawEvent, Unmanaged.passUnretained(seen).toOpaque())
  }

  private func sawEvent(
    _ event: UInt32, _ context: UnsafeMutableRawPointer?, _ p: UnsafeMutableRawPointer?, _ x: UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let context else { return 0 }
    let text =
      event == UInt32(SQLITE_TRACE_STMT) ? x.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) } : nil
    Unmanaged<SeenStatements>.fromOpaque(context).takeUnretainedValue().add(event, text)
    return 0
  }
#endif
