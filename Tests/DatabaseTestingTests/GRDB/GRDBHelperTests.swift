#if GRDB
  import DatabaseTesting
  import GRDB
  import TestSupport
  import Testing

  /// An app that has one function of its own through which all its SQL goes: its line says nothing about any statement.
  @Suite struct GRDBHelperTests {
    private struct Store {
      let queue: DatabaseQueue

      @inline(never)
      func rows(_ sql: String) throws -> [Row] { try queue.read { try Row.fetchAll($0, sql: sql) } }  // helper

      @inline(never)
      func authors() throws -> Int { try rows("SELECT * FROM author").count }

      @inline(never)
      func books() throws -> Int { try rows("SELECT * FROM book").count }

      @inline(never)
      func listing() throws -> Int { try authors() + books() }
    }

    private func store() throws -> Store {
      let queue = try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE author (id); CREATE TABLE book (id)") }
        return queue
      }
      return Store(queue: queue)
    }

    @Test(.needs(.lines)) func theCallersOfAHelperAreShown() throws {
      let store = try store()
      let recording = try recordDatabase { try store.listing() }
      let message = try #require(recording.check(.queries(0)).first?.message)
      for caller in ["authors()", "books()"] {
        let line = message.split(separator: "\n").first {
          $0.contains("called at GRDBHelperTests.swift:") && $0.contains(caller)
        }
        #expect(line != nil, "\(message)")
      }
      // Two or three of them, and not the whole way to the test.
      #expect(message.split(separator: "\n").filter { $0.contains("called at") }.count <= 6)
      #expect(message.contains("called at"))
    }

    /// What one line sends is its own.
    @Test func whoSendsOneStatementNeedsNone() throws {
      let store = try store()
      let recording = try recordDatabase {
        try store.queue.read { _ = try Row.fetchAll($0, sql: "SELECT * FROM author") }
      }
      #expect(recording.check(.queries(0)).first?.message.contains("called at") == false)
    }
  }
#endif
