/// What a client asked for and the server has not answered yet.
struct PostgresQueue {
  enum Step {
    case parse(PostgresStatements.Prepared)
    case bind(PostgresStatements.Portal)
    case describe(PostgresStatements.Prepared?, isStatement: Bool)
    case execute(PostgresStatements.Portal)
    case close(name: String, isStatement: Bool)
    case sync
    /// The statements of a simple query.
    case query([String?])
    case functionCall
  }

  /// A statement that can begin.
  enum Next {
    case text(String?)
    case portal(PostgresStatements.Portal)
  }

  /// What an error meant.
  enum Failed {
    case statement(id: Int, rows: Int)
    /// A statement that could not be prepared or bound.
    case neverBegan(PostgresStatements.Prepared?, [PostgresParameter])
    /// All statements have ended well, and the commit that the end of the pipeline or of the text is did not.
    case commit
    case nothing
  }

  private var storage: [Step] = []
  /// Of the step that the server answers next, in `storage`.
  private var head = 0
  /// Of the step that may be the next to begin: those before it are none.
  private var scanned = 0
  private var running: (id: Int, rows: Int)?
  /// How many statements of the simple query at the head have ended.
  private var ended = 0
  /// Whether the server leaves out what is asked for, until a Sync.
  private var isSkipping = false

  var steps: ArraySlice<Step> { storage[head...] }

  private var first: Step? { head < storage.count ? storage[head] : nil }

  mutating func append(_ step: Step) {
    if isSkipping {
      guard case .sync = step else { return }
      isSkipping = false
    }
    storage.append(step)
  }

  private mutating func removeFirst() {
    head += 1
    ended = 0
    if head == storage.count {
      storage.removeAll(keepingCapacity: true)
      (head, scanned) = (0, 0)
    } else if head > 64, head * 2 > storage.count {
      storage.removeFirst(head)
      (head, scanned) = (0, max(0, scanned - head))
    }
    scanned = max(scanned, head)
  }

  // MARK: - Beginning

  /// The statement that is to begin now; after it `didBegin` is called.
  mutating func next() -> Next? {
    guard running == nil else { return nil }
    while scanned < storage.count {
      switch storage[scanned] {
      case .parse, .bind, .describe, .close: scanned += 1
      case .execute(let portal): return .portal(portal)
      case .query(let texts): return scanned == head && ended < texts.count ? .text(texts[ended]) : nil
      case .sync, .functionCall: return nil
      }
    }
    return nil
  }

  mutating func didBegin(_ id: Int, rows: Int) { running = (id, rows) }

  mutating func countRow() { running?.rows += 1 }

  // MARK: - Answers

  /// Takes the step at the head, which this answers.
  mutating func pop(_ answer: UnicodeScalar) throws(PostgresProtocolError) -> Step? {
    switch (answer, first) {
    case ("1", .parse?), ("2", .bind?), ("3", .close?): break
    default: throw .unexpected(UInt8(ascii: answer))
    }
    defer { removeFirst() }
    return first
  }

  func describeParameters(_ note: (PostgresStatements.Prepared) -> Void) {
    if case .describe(let statement?, true)? = first { note(statement) }
  }

  /// The columns of rows were told, which is the answer to a Describe; the rows of a simple query have them as well.
  mutating func described() throws(PostgresProtocolError) {
    switch first {
    case .describe: removeFirst()
    case .query, .execute: break
    default: throw .unexpected(UInt8(ascii: "T"))
    }
  }

  /// - Returns: The statement that has ended, and its portal where it is none of a simple query; `nil` for a text without one.
  mutating func complete() throws(PostgresProtocolError) -> (
    id: Int, rows: Int, portal: PostgresStatements.Portal?
  )? {
    switch first {
    case .query:
      guard let statement = running else { return nil }
      running = nil
      ended += 1
      return (statement.id, statement.rows, nil)
    case .execute(let portal):
      removeFirst()
      scanned = head
      guard let statement = running else { return nil }
      running = nil
      return (statement.id, statement.rows, portal)
    default: throw .unexpected(UInt8(ascii: "C"))
    }
  }

  /// The rows that were asked for are sent, and there are more of them.
  mutating func suspend() throws(PostgresProtocolError) -> (id: Int, rows: Int, portal: PostgresStatements.Portal)? {
    guard case .execute = first else { throw .unexpected(UInt8(ascii: "s")) }
    guard let (id, rows, portal) = try complete(), let portal else { return nil }
    return (id, rows, portal)
  }

  func answeredFunction() throws(PostgresProtocolError) {
    guard case .functionCall? = first else { throw .unexpected(UInt8(ascii: "V")) }
  }

  /// An error: what stands before the next Sync is left out, unless it is a simple query that failed.
  mutating func fail() -> Failed {
    let statement = running
    running = nil
    switch first {
    case nil: return .nothing
    case .query(let texts):
      let hasRun = ended > 0
      ended = texts.count
      return statement.map { .statement(id: $0.id, rows: $0.rows) } ?? (hasRun ? .commit : .nothing)
    case .sync: return .commit
    case .functionCall: return .nothing
    case let failing?:
      while let first {
        if case .sync = first { break }
        removeFirst()
      }
      isSkipping = first == nil
      scanned = head
      if let statement { return .statement(id: statement.id, rows: statement.rows) }
      switch failing {
      case .parse(let statement), .describe(let statement?, _): return .neverBegan(statement, [])
      case .bind(let portal): return .neverBegan(portal.statement, portal.parameters)
      default: return .nothing
      }
    }
  }

  /// The server is ready: it has answered all up to here.
  ///
  /// - Returns: A statement that had no answer, which a server does not do.
  mutating func ready() -> (id: Int, rows: Int)? {
    var isOver = false
    while !isOver, let first {
      switch first {
      case .sync, .query, .functionCall: isOver = true
      default: break
      }
      removeFirst()
    }
    defer { running = nil }
    return running
  }

  /// - Returns: The statement that runs, if any.
  mutating func endAll() -> [(id: Int, rows: Int)] {
    storage.removeAll()
    (head, scanned, ended) = (0, 0, 0)
    defer { running = nil }
    return running.map { [$0] } ?? []
  }
}
