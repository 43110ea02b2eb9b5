#if canImport(Glibc) || canImport(Musl)
  import CSQLiteForTests
  import DatabaseTesting
  import TestSupport
  import Testing

  /// SQLite's session extension, which takes the preupdate hook.
  @Suite struct SessionTests {
    private func changes(of session: OpaquePointer?) -> Int32 {
      var size: Int32 = 0
      var buffer: UnsafeMutableRawPointer?
      guard sqlite3session_changeset(session, &size, &buffer) == SQLITE_OK else { return -1 }
      sqlite3_free(buffer)
      return size
    }

    private func session(on database: SQLiteDatabase) -> OpaquePointer? {
      var session: OpaquePointer?
      #expect(sqlite3session_create(database.handle, "main", &session) == SQLITE_OK)
      #expect(sqlite3session_attach(session, nil) == SQLITE_OK)
      return session
    }

    @Test func aSessionHasTheChanges() throws {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
      var size: Int32 = 0
      let recording = try recordDatabase {
        try database.execute("INSERT INTO t (a) VALUES (0)")
        let session = session(on: database)
        try database.execute("INSERT INTO t (a) VALUES (1), (2)")
        size = changes(of: session)
        sqlite3session_delete(session)
        try database.execute("INSERT INTO t (a) VALUES (3)")
      }
      #expect(size > 0)
      // What the statement counts itself is known in any case.
      #expect(recording.flushes.map(\.inserted) == [["t": 1], ["t": 2], ["t": 1]])
    }

    @Test func severalSessions() throws {
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
      let recording = try recordDatabase {
        let (first, second) = (session(on: database), session(on: database))
        try database.execute("INSERT INTO t (a) VALUES (1)")
        sqlite3session_delete(first)
        try database.execute("INSERT INTO t (a) VALUES (2)")
        #expect(changes(of: second) > 0)
        sqlite3session_delete(second)
        try database.execute("INSERT INTO t (a) VALUES (3)")
      }
      #expect(recording.flushes.map(\.inserted) == [["t": 1], ["t": 1], ["t": 1]])
    }

    /// What a trigger changes is told by the hook alone.
    @Test(.needs(.interposition)) func whatIsUnknownMeanwhileIsSaidToBe() throws {
      let database = try SQLiteDatabase()
      try database.execute(
        """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE log (b);
        CREATE TRIGGER copy AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END;
        """)
      let recording = try recordDatabase {
        let session = session(on: database)
        try database.execute("INSERT INTO t (a) VALUES (1)")
        sqlite3session_delete(session)
        try database.execute("INSERT INTO t (a) VALUES (2)")
      }
      let (during, after) = (recording.flushes[0], recording.flushes[1])
      #expect(after.inserted == ["t": 1, "log": 1])
      // Told, where SQLite's own call came through; else not green.
      if during.inserted != ["t": 1, "log": 1] {
        #expect(!recording.check(.flush(inserted: ["t": 2, "log": 1])).isEmpty)
      }
    }

    @Test(.needs(.interposition)) func aSessionThatIsThereBeforeRowsAreWanted() throws {
      let database = try withoutHooks { try SQLiteDatabase() }
      try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
      let session = session(on: database)
      let recording = try recordDatabase {
        try SQLiteInstrumentor.instrument(try #require(database.handle))
        try database.execute("INSERT INTO t (a) VALUES (1)")
      }
      #expect(recording.inserts.count == 1)
      #expect(changes(of: session) > 0)
      sqlite3session_delete(session)
      try database.execute("INSERT INTO t (a) VALUES (2)")
    }

    /// The hook of an application keeps its context, and works beside a session where the two can share it.
    @Test func aHookOfTheApplication() throws {
      final class Heard { var count = 0 }
      let heard = Heard()
      let database = try SQLiteDatabase()
      try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
      _ = sqlite3_preupdate_hook(
        database.handle,
        { context, _, _, _, _, _, _ in Unmanaged<Heard>.fromOpaque(context!).takeUnretainedValue().count += 1 },
        Unmanaged.passUnretained(heard).toOpaque())
      let recording = try recordDatabase { try database.execute("INSERT INTO t (a) VALUES (1), (2)") }
      withExtendedLifetime(heard) { #expect(heard.count == 2) }
      #expect(recording.flushes.first?.inserted == ["t": 2])
    }
  }
#endif
