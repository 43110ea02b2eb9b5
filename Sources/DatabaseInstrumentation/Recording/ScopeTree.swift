/// Which scopes of one tree are inside of which.
struct ScopeTree: Sendable {
  private var children: [UInt32: [UInt32]] = [:]

  mutating func add(_ scope: UInt32, inside parent: UInt32) {
    children[parent, default: []].append(scope)
  }

  /// A scope and those inside of it.
  ///
  /// - Complexity: Linear in their number.
  func scopes(inside scope: UInt32) -> Set<UInt32> {
    var found: Set<UInt32> = [scope]
    // Nearly always there is none inside of it.
    guard children[scope] != nil else { return found }
    var waiting = [scope]
    while let next = waiting.popLast() {
      for child in children[next] ?? [] where found.insert(child).inserted { waiting.append(child) }
    }
    return found
  }
}
