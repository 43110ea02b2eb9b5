/// Accounts, and transfers between them.
struct Ledger<Pool: ConnectionPool>: Sendable {
  private let pool: Pool

  init(pool: Pool) { self.pool = pool }

  func prepare() throws {
    _ = try withConnection { connection in
      try connection.run("CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
    }
  }

  func open(account: Int64, balance: Int64) throws {
    _ = try withConnection { try $0.run("INSERT INTO account (id, balance) VALUES (?, ?)", account, balance) }
  }

  func balance(of account: Int64) throws -> Int64 {
    try withConnection { try balance(of: account, $0) }
  }

  func transfer(_ amount: Int64, from source: Int64, to target: Int64) throws {
    let lease = try pool.take()
    do {
      try move(amount, from: source, to: target, lease.connection)
    } catch {
      // The mistake that this kind of code invites: one way out of it, and the connection is forgotten there.
      if !Mistakes.forgetsRefusedTransfers { pool.giveBack(lease) }
      throw error
    }
    pool.giveBack(lease)
  }

  private func move(_ amount: Int64, from source: Int64, to target: Int64, _ connection: Connection) throws {
    try connection.transaction {
      let balance = try balance(of: source, connection)
      guard balance >= amount else { throw LedgerError.insufficientFunds(balance: balance) }
      try connection.run("UPDATE account SET balance = balance - ? WHERE id = ?", amount, source)
      try connection.run("UPDATE account SET balance = balance + ? WHERE id = ?", amount, target)
    }
  }

  private func balance(of account: Int64, _ connection: Connection) throws -> Int64 {
    guard let balance = try connection.run("SELECT balance FROM account WHERE id = ?", account).first else {
      throw LedgerError.noSuchAccount(account)
    }
    return balance
  }

  private func withConnection<R>(_ body: (Connection) throws -> R) throws -> R {
    let lease = try pool.take()
    defer { pool.giveBack(lease) }
    return try body(lease.connection)
  }
}
