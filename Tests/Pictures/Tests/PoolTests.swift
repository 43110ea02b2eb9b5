import DatabaseTesting
import Testing

@Suite("Connections", .database(.noLeaks, .balancedCheckouts)) struct PoolTests {
  private func pool() async throws -> FakePool<SQLitePoolConnection> {
    let pool = FakePool.sqlite(size: 3, name: "web")
    try await withoutDatabaseRecording {
      try await pool.withConnection { try $0.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER)") }
    }
    return pool
  }

  @Test(arguments: 1...5) func serves(requests: Int) async throws {
    let pool = try await pool()
    for _ in 0..<requests {
      try await pool.withConnection { try $0.execute("SELECT balance FROM account WHERE id = 1") }
    }
  }

  @Test func transfersAtOnce() async throws {
    let pool = try await pool()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in 1...3 {
        group.addTask {
          try await pool.withConnection { try $0.execute("SELECT balance FROM account WHERE id = \(id)") }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func forgetsAConnection() async throws {
    let pool = try await pool()
    let lease = try await pool.checkout()
    try lease.connection.execute("SELECT balance FROM account WHERE id = 7")
    try await pool.withConnection { try $0.execute("SELECT balance FROM account WHERE id = 8") }
  }

  @Test func pays() async throws {
    let pool = try await pool()
    try await pool.withConnection { connection in
      try connection.execute("BEGIN; INSERT INTO account VALUES (1, 10); UPDATE account SET balance = 0; COMMIT")
    }
  }
}
