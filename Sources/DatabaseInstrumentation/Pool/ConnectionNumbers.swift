internal import DatabaseSupport

/// The numbers of the connections of a pool that knows of none.
@usableFromInline
final class ConnectionNumbers<ID: Hashable & Sendable>: Sendable {
  /// Of connections that are told apart by one word, as objects are: to look it up takes no hash and no witness.
  private let words = Locked(NumberTable<Int>())
  private let others = Locked<[ID: Int]>([:])

  init() {}

  /// The number of a connection; a new one, which the monitor is told of, where it was not seen before.
  @usableFromInline
  func number(of id: ID, in monitor: PoolMonitor) -> Int {
    if let word = Self.word(id) {
      if let known = words.withLock({ $0[word] }) { return known }
    } else {
      if let known = others.withLock({ $0[id] }) { return known }
    }
    return add(id, to: monitor)
  }

  @inline(never)
  private func add(_ id: ID, to monitor: PoolMonitor) -> Int {
    var outcomes: [PoolMonitor.Outcome] = []
    func enter() -> Int {
      let entered = monitor.enterConnection()
      outcomes = entered.outcomes
      return entered.number
    }
    let number =
      if let word = Self.word(id) {
        words.withLock { words in
          // Somebody else may have been first.
          if let known = words[word] { return known }
          let number = enter()
          words.insert(number, for: word)
          return number
        }
      } else {
        others.withLock { others in
          if let known = others[id] { return known }
          let number = enter()
          others[id] = number
          return number
        }
      }
    // Outside of the lock: those who listen may call the pool.
    for outcome in outcomes { monitor.publish(outcome) }
    return number
  }

  /// - Returns: The number that it had.
  func remove(_ id: ID) -> Int? {
    if let word = Self.word(id) { return words.withLock { $0.remove(word) } }
    return others.withLock { $0.removeValue(forKey: id) }
  }

  private static func word(_ id: ID) -> Int? {
    guard ID.self == ObjectIdentifier.self || ID.self == Int.self else { return nil }
    return withUnsafeBytes(of: id) { $0.load(as: Int.self) }
  }
}
