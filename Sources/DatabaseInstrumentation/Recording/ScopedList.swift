/// Things in their order, each of one scope: those of a few scopes are found without a look at the others.
struct ScopedList<Element> {
  private var elements: ContiguousArray<Element> = []
  private var places: [UInt32: [Int]] = [:]

  mutating func append(_ element: Element, in scope: UInt32) {
    places[scope, default: []].append(elements.count)
    elements.append(element)
  }

  var isEmpty: Bool { elements.isEmpty }

  /// Those of some scopes, in their order.
  func elements(in scopes: Set<UInt32>) -> [Element] {
    if elements.isEmpty { return [] }
    if scopes.count == 1, let scope = scopes.first { return places[scope]?.map { elements[$0] } ?? [] }
    return inOrder(scopes)
  }

  private func inOrder(_ scopes: Set<UInt32>) -> [Element] {
    scopes.flatMap { places[$0] ?? [] }.sorted().map { elements[$0] }
  }
}

extension ScopedList: Sendable where Element: Sendable {}
