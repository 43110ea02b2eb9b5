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
    let (number, outcomes) =
      if let word = Self.word(id) {
        words.withLock { words in
          if let known = words[word] { return (known, [PoolMonitor.Outcome]()) }
          let made = monitor.enterConnection()
          words.insert(made.number, for: word)
          return made
        }
      } else {
        others.withLock { others in
          if let known = others[id] { return (known, [PoolMonitor.Outcome]()) }
          let made = monitor.enterConnection()
          others[id] = made.number
          return made
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
