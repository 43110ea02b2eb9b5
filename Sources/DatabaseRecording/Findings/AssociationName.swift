internal import DatabaseInstrumentation

/// Finds which of the associations that a program declares is a foreign key.
///
/// Tables and types are told by their names, in singular or plural: `book`, `books` and `Book`. A type whose table is called
/// otherwise is told by the associations that lead to it, which are called as the table. What several associations may be is
/// none: a wrong name is worse than none.
struct AssociationName {
  /// The table whose rows the query runs for.
  let owner: String
  /// The table whose rows it reads.
  let loaded: String
  /// Of the foreign key.
  let columns: [String]
  let direction: Relationship.Direction
  /// Whether no other foreign key leads from one of the two tables to the other.
  let isOnlyKey: Bool

  /// - Parameter module: Of the app's code that sent the query: its own types come first.
  func association(in declared: [DeclaredAssociation], near module: String?) -> DeclaredAssociation? {
    let fitting = declared.filter { fits($0, among: declared) }
    let near = fitting.filter { $0.module == module }
    let candidates = near.isEmpty ? fitting : near
    let named = candidates.filter(isNamedAsTheKey)
    let found = named.isEmpty && isOnlyKey ? candidates : named
    return Set(found.map { "\($0.origin).\($0.name)" }).count == 1 ? found.first : nil
  }

  private func fits(_ association: DeclaredAssociation, among declared: [DeclaredAssociation]) -> Bool {
    (association.kind == .parent) == (direction == .toOne)
      && Self.mayBe(association.origin, owner, of: association.module, among: declared)
      && Self.mayBe(association.destination, loaded, of: association.module, among: declared)
  }

  private static func mayBe(
    _ type: String, _ table: String, of module: String, among declared: [DeclaredAssociation]
  ) -> Bool {
    let key = Self.key(of: table)
    return Self.key(of: type) == key
      || declared.contains { $0.destination == type && $0.module == module && Self.key(of: $0.name) == key }
  }

  /// Whether the names of the column and of the association agree: `translatorId` and `translator`; to the rows that refer
  /// to one, the key that is called as their parent is the plain one: `authorId` and `books`.
  private func isNamedAsTheKey(_ association: DeclaredAssociation) -> Bool {
    guard columns.count == 1 else { return false }
    let column = columns[0].lowercased().filter { $0 != "_" }
    guard column.hasSuffix("id") else { return false }
    let name = String(column.dropLast(2))
    switch direction {
    case .toOne: return Self.key(of: association.name) == name
    case .toMany: return name == Self.key(of: owner) && Self.key(of: association.name) == Self.key(of: loaded)
    }
  }

  /// `order_items`, `orderItem` and `Shop.OrderItem` are one: `orderitem`.
  static func key(of name: String) -> String {
    var name = (name.split(separator: ".").last ?? "").lowercased().filter { $0 != "_" }
    if ["sses", "xes", "zes", "ches", "shes"].contains(where: name.hasSuffix) {
      name.removeLast(2)
    } else if name.hasSuffix("ies") {
      name = name.dropLast(3) + "y"
    } else if name.hasSuffix("s"), !name.hasSuffix("ss"), !name.hasSuffix("us"), !name.hasSuffix("is") {
      name.removeLast()
    }
    return name
  }
}
