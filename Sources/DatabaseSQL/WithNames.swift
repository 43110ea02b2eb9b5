/// The names that `WITH` clauses introduce, and where each of them hides a table.
struct WithNames {
  private struct Name {
    var scope: Range<Int>
    var body: Range<Int>
    var isRecursive: Bool
  }

  /// Beyond this many of one name in one text nobody is served by looking on.
  private static let limit = 64

  private var names: [Name] = []
  private var byName: [String: [Int]] = [:]
  private var spellings: [String] = []

  var isEmpty: Bool { byName.isEmpty }

  /// - Parameter scope: Where the query begins that the `WITH` belongs to.
  mutating func add(_ name: String, scope: Int, isRecursive: Bool) -> Int {
    names.append(Name(scope: scope..<Int.max, body: 0..<0, isRecursive: isRecursive))
    spellings.append(name.lowercased())
    byName[name.lowercased(), default: []].append(names.count - 1)
    return names.count - 1
  }

  mutating func remove(_ index: Int) {
    byName[spellings[index]]?.removeAll { $0 == index }
  }

  mutating func beginBody(_ index: Int?, at position: Int) {
    if let index { names[index].body = position..<Int.max }
  }

  mutating func endBody(_ index: Int?, at position: Int) {
    if let index, names[index].body.lowerBound <= position {
      names[index].body = names[index].body.lowerBound..<position
    }
  }

  /// Ends the query that names belong to.
  mutating func close(_ closed: [Int], at position: Int) {
    for index in closed where names[index].scope.lowerBound <= position {
      names[index].scope = names[index].scope.lowerBound..<position
    }
  }

  /// Where the query stands that a name at a place is short for, without its parentheses.
  func body(of name: String, at position: Int) -> Range<Int>? {
    let candidates = byName[name.lowercased()]?.suffix(Self.limit) ?? []
    let found = candidates.map { names[$0] }.last { $0.scope.contains(position) && !$0.body.contains(position) }
    guard let body = found?.body, body.upperBound != Int.max, body.count > 1 else { return nil }
    return body.lowerBound + 1..<body.upperBound
  }

  /// Whether a name at a place is one of these. In its own body only a recursive one is.
  func hides(_ name: String, at position: Int) -> Bool {
    guard !byName.isEmpty, let candidates = byName[name.lowercased()] else { return false }
    return candidates.suffix(Self.limit).contains { index in
      let name = names[index]
      return name.scope.contains(position) && (name.isRecursive || !name.body.contains(position))
    }
  }
}
