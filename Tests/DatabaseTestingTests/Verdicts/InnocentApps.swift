import CSQLiteForTests
import DatabaseTesting
import TestSupport

extension Programs {
  /// Small apps that do what they should.
  static let innocentApps: [Program] = [
    .innocentApp(AddressBook.self, "pages of one user's addresses", isLazy: true) { app in
      let users = try app.users()
      try app.forEachPage(
        of: [users[1]], "SELECT id FROM address WHERE userId = ? LIMIT 2 OFFSET ?", from: [0, 2, 4, 6])
    },
    .innocentApp(AddressBook.self, "pages of one user's addresses by the last key", isLazy: true) { app in
      let users = try app.users()
      try app.forEachPage(
        of: [users[0]], "SELECT id FROM address WHERE userId = ? AND id > ? ORDER BY id LIMIT 2", from: [0, 2, 4, 6])
    },
    .innocentApp(AddressBook.self, "the days of one calendar", isLazy: true) { app in
      let calendars = try app.db.rows("SELECT id FROM calendar")
      try app.forEachPage(
        of: [calendars[0]], "SELECT id FROM event WHERE calendarId = ? AND day = ?", from: Array(1...7))
    },
    .innocentApp(AddressBook.self, "ids first, then one row") { app in
      let users = try app.users()
      _ = try app.db.rows("SELECT name FROM user WHERE id = ?", users[1])
    },
    .innocentApp(AddressBook.self, "each row read again after it was written") { app in
      for user in try app.users() {
        try app.db.rows("UPDATE user SET name = 'new' WHERE id = ?", user)
        _ = try app.db.rows("SELECT name FROM user WHERE id = ?", user)
      }
    },
    .innocentApp(AddressBook.self, "a shuffled list", scans: true) {
      try $0.again("SELECT id FROM user ORDER BY random() LIMIT 1")
    },
    .innocentApp(AddressBook.self, "a view that is shuffled") { try $0.again("SELECT id FROM lucky_user") },
    .innocentApp(AddressBook.self, "what is due now", scans: true) {
      try $0.again("SELECT id FROM address WHERE deletedAt < CURRENT_TIMESTAMP")
    },
    .innocentApp(AddressBook.self, "doubles that print alike") { app in
      let doubles = [0.1, (0.1).nextUp, (0.1).nextUp.nextUp]
      try app.forEach(
        doubles.map(Bind.double), "SELECT id FROM address WHERE height = ?")
    },
    .innocentApp(AddressBook.self, "a picture that is written in between") { app in
      try app.again("SELECT picture FROM address WHERE id = 1") { _ in
        var blob: OpaquePointer?
        sqlite3_blob_open(app.db.handle, "main", "address", "picture", 1, 1, &blob)
        sqlite3_blob_write(blob, "x", 1, 0)
        sqlite3_blob_close(blob)
      }
    },
    .innocentApp(AddressBook.self, "a backup that is played back in between") { app in
      let other = try withoutDatabaseRecording { try AddressBook() }
      try app.again("SELECT name FROM user WHERE id = 1") { _ in
        let backup = sqlite3_backup_init(app.db.handle, "main", other.db.handle, "main")
        sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
      }
    },
    .innocentApp(League.self, "a dashboard of five counts") { app in
      _ = try app.db.rows("SELECT count(*) FROM team")
      _ = try app.db.rows("SELECT count(*) FROM player")
      _ = try app.db.rows("SELECT count(*) FROM player WHERE teamId = ?", 1)
      _ = try app.db.rows("SELECT count(*) FROM player WHERE teamId = ?", 2)
      _ = try app.db.rows("SELECT count(*) FROM score")
    },
    .innocentApp(League.self, "two eager loads that lead to one table", isLazy: true) { app in
      for team in try app.db.rows("SELECT id FROM team LIMIT 2") where team == 1 {
        try app.playersWithScores(ofTeam: team)
      }
    },
    .innocentApp(League.self, "two pages of teams with their players") { app in
      for first in [1, 4] {
        let teams = try app.db.rows("SELECT id FROM team WHERE id >= ? ORDER BY id LIMIT 3", first)
        _ = try app.db.rows("SELECT id FROM player WHERE teamId IN (\(teams.map(String.init).joined(separator: ", ")))")
      }
    },
    .innocentApp(PaperShop.self, "through hooks: pages of one customer", isLazy: true) { app in
      app.again(
        "SELECT * FROM purchase WHERE customer_id = $1 LIMIT 10 OFFSET $2", [["1", "0"], ["1", "10"], ["1", "20"]])
    },
    .innocentApp(PaperShop.self, "through hooks: what is due now") { app in
      app.again("SELECT * FROM purchase WHERE due_at < now()", [[], [], []])
    },
    .innocentApp(PaperShop.self, "through hooks: all customers at once") { app in
      app.query("SELECT * FROM customer", [])
      app.query("SELECT * FROM purchase WHERE customer_id IN ($1, $2, $3)", ["1", "2", "3"])
    },
  ]
}
