/// What one log counted instead of keeping it, by scope and shape.
struct DroppedTally {
  private struct Entry {
    var scope: UInt32
    var shape: UInt32
    var statements = DroppedStatements()
  }

  private var entries: ContiguousArray<Entry> = []
  private var latest = 0
  /// By scope and shape; made when there are more entries than are quickly searched: of many logs each has few.
  private var index: [UInt32: [UInt32: Int]] = [:]

  private static let searchLimit = 16

  /// Changes what is counted of a shape in a scope.
  mutating func count(_ shape: UInt32, in scope: UInt32, _ change: (inout DroppedStatements) -> Void) {
    if latest >= entries.count || entries[latest].scope != scope || entries[latest].shape != shape {
      latest = place(of: shape, in: scope)
    }
    change(&entries[latest].statements)
  }

  private mutating func place(of shape: UInt32, in scope: UInt32) -> Int {
    let known =
      index.isEmpty
      ? entries.firstIndex { $0.scope == scope && $0.shape == shape } : index[scope]?[shape]
    if let known { return known }
    entries.append(Entry(scope: scope, shape: shape))
    if !index.isEmpty {
      index[scope, default: [:]][shape] = entries.count - 1
    } else if entries.count > Self.searchLimit {
      for (place, entry) in entries.enumerated() { index[entry.scope, default: [:]][entry.shape] = place }
    }
    return entries.count - 1
  }

  /// What is counted in some scopes, by shape.
  ///
  /// - Complexity: Linear in what these scopes have.
  func counts(in scopes: Set<UInt32>) -> [UInt32: DroppedStatements] {
    var found: [UInt32: DroppedStatements] = [:]
    if index.isEmpty {
      for entry in entries where scopes.contains(entry.scope) {
        found[entry.shape, default: DroppedStatements()].add(entry.statements)
      }
    } else {
      for scope in scopes {
        for (shape, place) in index[scope] ?? [:] {
          found[shape, default: DroppedStatements()].add(entries[place].statements)
        }
      }
    }
    return found
  }
}
