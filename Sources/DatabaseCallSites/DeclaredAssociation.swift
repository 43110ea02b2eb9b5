internal import DatabaseSupport

/// A relationship that a type of the program declares, as the program's symbols tell: `static let books = hasMany(Book.self)`
/// of GRDB, `@Children var books` of Fluent.
package struct DeclaredAssociation: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Many rows that refer to one.
    case many
    /// One row that refers to another.
    case one
    /// The row that is referred to.
    case parent
  }

  package var kind: Kind
  package var module: String
  /// The type that declares it, without its module: `Author`, `Library.Author`.
  package var origin: String
  /// As the source has it: `books`.
  package var name: String
  /// The type of the rows that it leads to.
  package var destination: String

  package init(kind: Kind, module: String, origin: String, name: String, destination: String) {
    self.kind = kind
    self.module = module
    self.origin = origin
    self.name = name
    self.destination = destination
  }
}

extension DeclaredAssociation {
  /// Reads what the demangler says of a getter, or of a stored value, which is all that an optimiser leaves of some:
  /// `static Bookshop.Author.books.getter : GRDB.HasManyAssociation<Bookshop.Author, Bookshop.Book>`.
  ///
  /// - Returns: `nil` for what is no association, and for types that have no name outside of a function.
  init?(demangled text: String) {
    guard !text.contains(" #"),
      let middle = text.firstRange(of: ".getter : ") ?? text.firstRange(of: ".unsafeMutableAddressor : ")
        ?? text.firstRange(of: " : "),
      let angle = text[middle.upperBound...].firstIndex(of: "<"), text.last == ">",
      let kind = Self.kinds[String(text[middle.upperBound..<angle])]
    else { return nil }
    var path = Self.withoutDiscriminators(text[..<middle.lowerBound])
    if path.hasPrefix("static ") { path.removeFirst("static ".count) }
    if path.hasPrefix("(extension in "), let end = path.firstRange(of: "):") { path = path[end.upperBound...] }
    let types = Self.withoutDiscriminators(text[text.index(after: angle)...].dropLast()).split(separator: ", ")
    var names = path.split(separator: ".")
    guard types.count >= 2, !types.contains(where: { $0.contains("<") }), names.count >= 3 else { return nil }
    var name = names.removeLast()
    // Fluent's own value of the property, by which a query is told to load it.
    if text[middle.upperBound...].hasPrefix("FluentKit.") {
      guard name.first == "$" else { return nil }
      name.removeFirst()
    }
    self.init(
      kind: kind, module: String(names.removeFirst()), origin: names.joined(separator: "."), name: String(name),
      destination: types[1].split(separator: ".").dropFirst().joined(separator: "."))
    guard !destination.isEmpty else { return nil }
  }

  private static let kinds: [String: Kind] = [
    "GRDB.HasManyAssociation": .many, "GRDB.HasManyThroughAssociation": .many, "GRDB.HasOneAssociation": .one,
    "GRDB.HasOneThroughAssociation": .one, "GRDB.BelongsToAssociation": .parent,
    "FluentKit.ChildrenProperty": .many, "FluentKit.SiblingsProperty": .many, "FluentKit.OptionalChildProperty": .one,
    "FluentKit.ParentProperty": .parent, "FluentKit.OptionalParentProperty": .parent,
    "FluentKit.CompositeChildrenProperty": .many, "FluentKit.CompositeOptionalChildProperty": .one,
    "FluentKit.CompositeParentProperty": .parent, "FluentKit.CompositeOptionalParentProperty": .parent,
  ]

  /// `Shop.(Line in _0045…)`, a type that is private to its file, is `Shop.Line`.
  private static func withoutDiscriminators(_ text: Substring) -> Substring {
    var text = text
    while let middle = text.firstRange(of: " in _"), let start = text[..<middle.lowerBound].lastIndex(of: "("),
      let end = text[middle.upperBound...].firstIndex(of: ")")
    {
      text = text[..<start] + text[text.index(after: start)..<middle.lowerBound] + text[text.index(after: end)...]
    }
    return text
  }
}

extension DeclaredAssociation {
  /// What the program declares for a library; empty where symbols cannot be read, and in part where an optimiser removed them.
  ///
  /// The first call for a library reads the symbol tables of the program and of the libraries that come with it, which takes
  /// some tens of milliseconds: for a failure, not for a run.
  package static func all(of library: DatabaseLibrary) -> [DeclaredAssociation] {
    #if ELF && _pointerBitWidth(_64) && _endian(little)
      let (module, suffixes): (String, [String])
      switch library {
      case .grdb: (module, suffixes) = ("4GRDB", ["vgZ", "vau", "vpZ"])
      case .fluent: (module, suffixes) = ("9FluentKit", ["vg"])
      case .sqliteSwift, .other: return []
      }
      if let known = known.withLock({ $0[library] }) { return known }
      var found: Set<DeclaredAssociation> = []
      for image in LoadedImage.all() where image.isProgram || !KnownModules.isSystemImage(image.path) {
        guard let file = ELFFile(path: image.path) else { continue }
        ELFSymbols.forEachFunction(in: file, orValue: true, prefix: "$s", containing: module, suffixes: suffixes) {
          name, _ in
          guard let association = Demangler.demangled(name).flatMap(DeclaredAssociation.init(demangled:)) else {
            return
          }
          found.insert(association)
        }
      }
      let all = Array(found)
      known.withLock { $0[library] = all }
      return all
    #else
      return []
    #endif
  }

  #if ELF && _pointerBitWidth(_64) && _endian(little)
    private static let known = Locked<[DatabaseLibrary: [DeclaredAssociation]]>([:])
  #endif
}
