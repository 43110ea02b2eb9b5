import CSQLiteForTests
import DatabaseTesting
import TestSupport

/// A whole app, small enough to read: tables, rows, and the ways in which it asks for them.
protocol SmallApp: Sendable {
  init() throws
  /// Sends one query without values that are bound.
  func run(_ sql: String) throws
}

/// People, their addresses, and what they plan: on SQLite's C interface.
struct AddressBook: SmallApp {
  let db: SQLiteDatabase

  init() throws {
    db = try SQLiteDatabase()
    try db.execute(
      """
      CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, archived INTEGER DEFAULT 0);
      CREATE TABLE address (
        id INTEGER PRIMARY KEY, userId INTEGER REFERENCES user(id), street TEXT, active INTEGER DEFAULT 1,
        archived INTEGER DEFAULT 0, deletedAt TEXT, height REAL, picture BLOB);
      CREATE INDEX address_user ON address (userId);
      CREATE INDEX address_height ON address (height);
      CREATE TABLE phone (id INTEGER PRIMARY KEY, userId INTEGER REFERENCES user(id));
      CREATE INDEX phone_user ON phone (userId);
      CREATE TABLE calendar (id INTEGER PRIMARY KEY, userId INTEGER REFERENCES user(id));
      CREATE TABLE event (
        id INTEGER PRIMARY KEY, calendarId INTEGER REFERENCES calendar(id), day INTEGER, title TEXT);
      CREATE INDEX event_day ON event (calendarId, day);
      CREATE VIEW active_address AS SELECT * FROM address WHERE active;
      CREATE VIEW known_user AS SELECT * FROM user WHERE NOT archived;
      CREATE VIEW lucky_user AS SELECT id FROM user ORDER BY random();
      """)
    for user in 1...3 {
      try db.execute(
        "INSERT INTO user (id, name) VALUES (\(user), 'user \(user)'); INSERT INTO calendar VALUES (\(user), \(user))")
      for number in 1...8 {
        try db.execute(
          """
          INSERT INTO address (userId, street, height, picture) VALUES (\(user), 'street \(number)', 0.1, x'00');
          INSERT INTO phone (userId) VALUES (\(user)); INSERT INTO event (calendarId, day) VALUES (\(user), \(number))
          """)
      }
    }
  }

  func run(_ sql: String) throws { _ = try db.rows(sql) }

  func users() throws -> [Int] { try db.rows("SELECT id FROM user ORDER BY id") }

  /// One query for the list, and one for each row of it.
  func forEachUser(_ sql: String, in list: String = "SELECT id FROM user ORDER BY id") throws {
    for user in try db.rows(list) {
      _ = try db.rows(sql, user)
    }
  }

  static let lineOfEachUser = #line - 4

  /// The same with the value in the text.
  func forEachUser(_ sql: (Int) -> String) throws {
    for user in try users() {
      _ = try db.rows(sql(user))
    }
  }

  static let lineOfEachText = #line - 4

  func forEachPage(of users: [Int], _ sql: String, from pages: [Int]) throws {
    for user in users {
      for page in pages {
        _ = try db.rows(sql, user, page)
      }
    }
  }

  static let lineOfEachPage = #line - 5

  /// A statement that is prepared once.
  func forEach(_ binds: [(OpaquePointer) -> Void], _ sql: String) throws {
    _ = try users()
    let statement = try db.prepare(sql)
    defer { sqlite3_finalize(statement) }
    for bind in binds {
      bind(statement)
      while sqlite3_step(statement) == SQLITE_ROW {}
      sqlite3_reset(statement)
    }
  }

  static let lineOfEachBind = #line - 5

  func again(_ sql: String, count: Int = 3, then body: (Int) throws -> Void = { _ in }) throws {
    _ = try users()
    for round in 1...count {
      _ = try db.rows(sql)
      try body(round)
    }
  }

  static let lineOfAgain = #line - 5
}

/// What binds one value to the first parameter of a statement.
enum Bind {
  static func integer(_ value: Int64) -> (OpaquePointer) -> Void { { _ = sqlite3_bind_int64($0, 1, value) } }

  static func double(_ value: Double) -> (OpaquePointer) -> Void { { _ = sqlite3_bind_double($0, 1, value) } }

  static func text(_ value: String) -> (OpaquePointer) -> Void {
    { _ = sqlite3_bind_text($0, 1, value, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self)) }
  }

  static func null() -> (OpaquePointer) -> Void { { _ = sqlite3_bind_null($0, 1) } }
}

/// Teams, their players, and what these score.
struct League: SmallApp {
  let db: SQLiteDatabase

  init() throws {
    db = try SQLiteDatabase()
    try db.execute(
      """
      CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE player (
        id INTEGER PRIMARY KEY, teamId INTEGER REFERENCES team(id), retired INTEGER, age INTEGER DEFAULT 20);
      CREATE INDEX player_team ON player (teamId);
      CREATE TABLE captain (teamId INTEGER PRIMARY KEY REFERENCES team(id), name TEXT);
      CREATE TABLE score (id INTEGER PRIMARY KEY, playerId INTEGER REFERENCES player(id), points INTEGER);
      CREATE INDEX score_player ON score (playerId);
      INSERT INTO team VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f');
      INSERT INTO player (id, teamId, retired) VALUES (1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 1, 1), (5, 2, 0), (6, 2, 1);
      INSERT INTO captain SELECT id, name FROM team;
      INSERT INTO score (playerId, points) SELECT id, 1 FROM player;
      """)
  }

  func run(_ sql: String) throws { _ = try db.rows(sql) }

  func forEach(_ list: String, _ sql: String) throws {
    for id in try db.rows(list) {
      _ = try db.rows(sql, id)
    }
  }

  static let lineOfEach = #line - 4

  /// What an ORM sends for `including(all:)` of two associations that lead on to one table.
  func playersWithScores(ofTeam team: Int) throws {
    _ = try db.rows("SELECT id FROM team WHERE id = ?", team)
    for retired in [0, 1] {
      let players = try db.rows("SELECT id FROM player WHERE teamId = ? AND retired = ?", team, retired)
      let list = players.map(String.init).joined(separator: ", ")
      _ = try db.rows("SELECT id FROM score WHERE playerId IN (\(list))")
    }
  }
}

/// Customers and their orders in a database that a driver of somebody else's tells of.
final class PaperShop: SmallApp {
  private let connection = InstrumentedConnection("paper", system: .postgreSQL, serverAddress: "paper.example.com")

  init() throws {
    connection.define("CREATE TABLE customer (id BIGINT PRIMARY KEY, name TEXT)")
    connection.define("CREATE TABLE purchase (id BIGINT PRIMARY KEY, customer_id BIGINT REFERENCES customer (id))")
  }

  deinit { connection.close() }

  func run(_ sql: String) throws { query(sql, []) }

  @inline(never) func query(_ sql: String, _ parameters: [String?]?, rows: Int = 3) {
    connection.statements.withStatement(sql, parameters: parameters) { $0.rowsReturned = rows }
  }

  @inline(never) func forEachCustomer(_ sql: (Int) -> String, _ parameters: (Int) -> [String?]?) {
    query("SELECT * FROM customer", [])
    for customer in 1...3 {
      query(sql(customer), parameters(customer))
    }
  }

  static let lineOfEachCustomer = #line - 4

  @inline(never) func again(_ sql: String, _ parameters: [[String?]?]) {
    query("SELECT * FROM customer", [])
    for values in parameters {
      query(sql, values)
    }
  }

  static let lineOfAgain = #line - 4
}
