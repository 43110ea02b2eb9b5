import DatabaseTesting
import TestSupport

private let addresses = "load them together: SELECT … FROM address WHERE userId IN (…)"
private let players = "load them together: SELECT … FROM player WHERE teamId IN (…)"
private let purchases = "load them together: SELECT … FROM purchase WHERE customer_id IN (…)"
private let keep = "keep the first result, or ask once before the loop"

extension Program {
  /// A lookup of each user's rows, by one text.
  fileprivate static func eachUser(
    _ name: String, _ relationship: String = "address.userId", fix: String = addresses,
    in list: String = "SELECT id FROM user ORDER BY id", sql: String
  ) -> Program {
    .guiltyApp(AddressBook.self, name, relationship, 3, fix: fix, line: AddressBook.lineOfEachUser) {
      try $0.forEachUser(sql, in: list)
    }
  }

  /// One query that runs again with the same values.
  fileprivate static func again(_ name: String, _ sql: String) -> Program {
    .guiltyApp(AddressBook.self, of: .duplicateQuery, name, nil, 3, fix: keep, line: AddressBook.lineOfAgain) {
      try $0.again(sql)
    }
  }

  fileprivate static func bindAgain(
    _ name: String, _ bind: @escaping @Sendable () -> (OpaquePointer) -> Void
  ) -> Program {
    .guiltyApp(AddressBook.self, of: .duplicateQuery, name, nil, 3, fix: keep, line: AddressBook.lineOfEachBind) {
      try $0.forEach([bind(), bind(), bind()], "SELECT id FROM address WHERE height = ?")
    }
  }

  fileprivate static func eachTeam(
    _ name: String, _ relationship: String = "player.teamId", _ count: Int = 6, fix: String = players,
    list: String = "SELECT id FROM team", sql: String
  ) -> Program {
    .guiltyApp(League.self, name, relationship, count, fix: fix, line: League.lineOfEach) { try $0.forEach(list, sql) }
  }

  fileprivate static func eachCustomer(
    _ name: String, _ sql: @escaping @Sendable (Int) -> String,
    _ parameters: @escaping @Sendable (Int) -> [String?]? = { ["\($0)"] }
  ) -> Program {
    .guiltyApp(
      PaperShop.self, name, "purchase.customer_id", 3, fix: purchases, line: PaperShop.lineOfEachCustomer
    ) { $0.forEachCustomer(sql, parameters) }
  }
}

extension Programs {
  /// Small apps with a fault.
  static let guiltyApps: [Program] = [
    .eachUser("rows that are not deleted", sql: "SELECT id FROM address WHERE userId = ? AND deletedAt IS NULL"),
    .eachUser("rows with a flag", sql: "SELECT id FROM address WHERE userId = ? AND active"),
    .eachUser("rows without a flag", sql: "SELECT id FROM address WHERE NOT archived AND userId = ?"),
    .eachUser("SELECT EXISTS in a loop", sql: "SELECT EXISTS (SELECT 1 FROM address WHERE userId = ?)"),
    .eachUser("SELECT NOT EXISTS in a loop", sql: "SELECT NOT EXISTS (SELECT * FROM address WHERE userId = ?)"),
    .eachUser(
      "CASE WHEN EXISTS in a loop",
      sql: "SELECT CASE WHEN EXISTS (SELECT 1 FROM address WHERE userId = ?) THEN 1 ELSE 0 END"
    ),
    .eachUser(
      "a key inside of WITH",
      sql: "WITH own AS (SELECT id FROM address WHERE userId = ?) SELECT id FROM own ORDER BY id"),
    .eachUser("a scalar subquery in a loop", sql: "SELECT (SELECT count(*) FROM address WHERE userId = ?)"),
    .eachUser(
      "UNION in a loop",
      sql: "SELECT id FROM address WHERE userId = ?1 UNION ALL SELECT id FROM phone WHERE userId = ?1"),
    .eachUser(
      "the number of some rows in a loop", sql: "SELECT count(*) FROM (SELECT id FROM address WHERE userId = ? LIMIT 5)"
    ),
    .eachUser(
      "ids first, then each row", "user.id",
      fix: "read the rows with the list, or together: SELECT … FROM user WHERE id IN (…)",
      sql: "SELECT name FROM user WHERE id = ?"),
    .eachUser(
      "ids of a view, then each row", "user.id",
      fix: "read the rows with the list, or together: SELECT … FROM user WHERE id IN (…)",
      in: "SELECT id FROM known_user ORDER BY id", sql: "SELECT name FROM user WHERE id = ?"),
    .eachUser(
      "children of a view's rows", in: "SELECT id FROM known_user ORDER BY id",
      sql: "SELECT id FROM address WHERE userId = ?"),
    .eachUser(
      "children through a view", fix: "load them together: SELECT … FROM active_address WHERE userId IN (…)",
      sql: "SELECT id FROM active_address WHERE userId = ?"),
    .eachUser("a key in a row value", sql: "SELECT id FROM address WHERE (userId) = (?)"),
    .eachUser("a parameter with an at sign", sql: "SELECT id FROM address WHERE userId = @user"),
    .eachUser("a parameter with a number", sql: "SELECT id FROM address WHERE userId = ?1"),
    .eachUser("a key on the right", sql: "SELECT id FROM address WHERE ? = userId"),
    .eachUser("a key compared with IS", sql: "SELECT id FROM address WHERE userId IS ?"),
    .eachUser("a list of one key as VALUES", sql: "SELECT id FROM address WHERE userId IN (VALUES (?))"),
    .eachUser(
      "a column compared with another one", sql: "SELECT id FROM address WHERE userId = ? AND active <> archived"),
    .guiltyApp(
      AddressBook.self, "texts that differ by a comment", "address.userId", 3, fix: addresses,
      line: AddressBook.lineOfEachText
    ) { try $0.forEachUser { "SELECT id FROM address /* of \($0) */ WHERE userId = \($0)" } },
    .guiltyApp(
      AddressBook.self, "two pages of each user's addresses", "address.userId", 6, fix: addresses,
      line: AddressBook.lineOfEachPage
    ) {
      try $0.forEachPage(of: try $0.users(), "SELECT id FROM address WHERE userId = ? LIMIT 4 OFFSET ?", from: [0, 4])
    },
    .guiltyApp(
      AddressBook.self, "two pages of each user's addresses by the last key", "address.userId", 6, fix: addresses,
      line: AddressBook.lineOfEachPage
    ) {
      try $0.forEachPage(
        of: try $0.users(), "SELECT id FROM address WHERE userId = ? AND id > ? ORDER BY id LIMIT 4", from: [0, 4])
    },
    .guiltyApp(
      AddressBook.self, "a statement that is kept", "address.userId", 3, fix: addresses,
      line: AddressBook.lineOfEachBind
    ) { app in
      try app.forEach(
        [1, 2, 3].map(Bind.integer), "SELECT id FROM address WHERE userId = ?")
    },
    .guiltyApp(
      AddressBook.self, "keys that are bound as text", "address.userId", 3, fix: addresses,
      line: AddressBook.lineOfEachBind
    ) { app in
      try app.forEach(
        ["1", "2", "3"].map(Bind.text),
        "SELECT id FROM address WHERE userId = ?")
    },
    .bindAgain("a double that is bound again") { Bind.double(0.1) },
    .bindAgain("a text that is bound again") { Bind.text("high") },
    .bindAgain("NULL that is bound again") { Bind.null() },
    .again("a view that is read again", "SELECT id FROM known_user"),
    .again("a fixed date that is asked for again", "SELECT id FROM address WHERE street < date('2026-01-01')"),
    .again("a list of keys that is read again", "SELECT id FROM address WHERE userId IN (1, 2)"),
    .again("a query with WITH that is read again", "WITH a AS (SELECT id FROM phone) SELECT count(*) FROM a"),
    .guiltyApp(
      AddressBook.self, of: .duplicateQuery, "read again after an empty transaction", nil, 3, fix: keep,
      line: AddressBook.lineOfAgain
    ) { app in try app.again("SELECT count(*) FROM phone") { _ in try app.db.execute("BEGIN IMMEDIATE; COMMIT") } },
    .eachTeam("the players of each team", sql: "SELECT id FROM player WHERE teamId = ?"),
    .eachTeam("the active players of each team", sql: "SELECT id FROM player WHERE teamId = ? AND NOT retired"),
    .eachTeam(
      "whether each team has an old player", sql: "SELECT EXISTS (SELECT 1 FROM player WHERE teamId = ? AND age > 30)"),
    .eachTeam("the age of each team", sql: "SELECT sum(age) FROM player WHERE teamId = ?"),
    .eachTeam("a list of one team, for each", sql: "SELECT id FROM player WHERE teamId IN (?)"),
    .eachTeam(
      "the captain of each team", "captain.teamId",
      fix: "load them together: SELECT … FROM captain WHERE teamId IN (…)",
      sql: "SELECT name FROM captain WHERE teamId = ?"),
    .eachTeam(
      "the scores of each player", "score.playerId",
      fix: "load them together: SELECT … FROM score WHERE playerId IN (…)",
      list: "SELECT id FROM player", sql: "SELECT points FROM score WHERE playerId = ?"),
    .eachTeam(
      "the team of each player", "player.teamId", fix: "load them together: SELECT … FROM team WHERE id IN (…)",
      list: "SELECT teamId FROM player", sql: "SELECT name FROM team WHERE id = ?"),
    .eachCustomer("through hooks: a loop", { _ in "SELECT * FROM purchase WHERE customer_id = $1" }),
    .eachCustomer(
      "through hooks: values in the text", { "SELECT * FROM purchase WHERE customer_id = \($0)" }, { _ in [] }),
    .eachCustomer(
      "through hooks: EXISTS", { _ in "SELECT EXISTS (SELECT 1 FROM purchase WHERE customer_id = $1)" }),
    .eachCustomer(
      "through hooks: rows that are not deleted",
      { _ in "SELECT * FROM purchase WHERE customer_id = $1 AND deleted_at IS NULL" }),
    .eachCustomer("through hooks: a list of one key", { _ in "SELECT * FROM purchase WHERE customer_id IN ($1)" }),
    .guiltyApp(
      PaperShop.self, of: .duplicateQuery, "through hooks: the same again", nil, 3, fix: keep,
      line: PaperShop.lineOfAgain
    ) { $0.again("SELECT * FROM purchase WHERE id = $1", [["7"], ["7"], ["7"]]) },
    .guiltyApp(
      PaperShop.self, of: .duplicateQuery, "through hooks: the same values in the text", nil, 3, fix: keep,
      line: PaperShop.lineOfAgain
    ) { $0.again("SELECT * FROM purchase WHERE id = 7", [[], [], []]) },
  ]
}
