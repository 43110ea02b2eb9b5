/// The numbers of the connections of a pool that knows of none.
final class ConnectionNumbers<ID: Hashable & Sendable>: Sendable {
  private let numbers = Locked<[ID: Int]>([:])

  /// The number of a connection; a new one where it was not seen before.
  func number(of id: ID, make: () -> Int) -> Int {
    numbers.withLock { numbers in
      if let known = numbers[id] { return known }
      let made = make()
      numbers[id] = made
      return made
    }
  }

  /// - Returns: The number that it had.
  func remove(_ id: ID) -> Int? { numbers.withLock { $0.removeValue(forKey: id) } }
}
