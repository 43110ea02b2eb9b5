import DatabaseSupport

#if GRDB
  import DatabaseTesting
  import GRDB
  import GRDBInstrumentation
  import TestSupport
  import Testing

  @Suite struct InstrumentedConfigurationTests {
    @Test func itsConnectionsHaveItsName() async throws {
      let file = try TemporaryFile("pool.sqlite")
      let recording = try await recordDatabase {
        let pool = try DatabasePool(path: file.path, configuration: Configuration().instrumented(name: "library"))
        try await pool.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        _ = try await pool.read { try Int.fetchAll($0, sql: "SELECT a FROM t") }
        try pool.close()
      }
      #expect(recording.selects.count == 1)
      #expect(Set(recording.connections.map(\.name)) == ["library"])
    }

    @Test func withoutANameItIsTheFiles() throws {
      let file = try TemporaryFile("stock.sqlite")
      let recording = try recordDatabase {
        let queue = try DatabaseQueue(path: file.path, configuration: Configuration().instrumented())
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT 1") }
      }
      #expect(recording.connections.map(\.name) == ["stock.sqlite"])
    }

    @Test func theAppsOwnPreparationsStay() throws {
      var configuration = Configuration()
      configuration.prepareDatabase { db in db.add(function: DatabaseFunction("one", argumentCount: 0) { _ in 1 }) }
      configuration = configuration.instrumented(name: "prepared")
      configuration.prepareDatabase { db in db.add(function: DatabaseFunction("two", argumentCount: 0) { _ in 2 }) }
      let recording = try recordDatabase {
        let queue = try DatabaseQueue(configuration: configuration)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT one() + two()") } == 3)
      }
      #expect(recording.queries.count == 1)
    }

    @Test func aSharedTraceRunsBesideTheHooks() throws {
      let lines = Locked<[String]>([])
      var configuration = Configuration().instrumented(name: "traced")
      configuration.prepareDatabase { db in
        try db.sharedTrace { event in lines.withLock { $0.append(event.description) } }
      }
      let recording = try recordDatabase {
        let queue = try DatabaseQueue(configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT ?", arguments: [4711]) }
      }
      #expect(recording.queries.count == 1)
      #expect(lines.withLock { $0 }.filter { $0.contains("?") } == ["SELECT ?"])
      #expect(!recording.isBlind)
    }
  }
#endif
