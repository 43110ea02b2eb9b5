/// What a demangled Swift name tells: the module, and the function without types.
///
/// Reads what `swift_demangle` writes, for example
/// `closure #1 (GRDB.Database) throws -> () in Bookshop.Library.books(of: Swift.Int) -> ()`, which is `Library.books(of:)`
/// of `Bookshop`: closures, local functions and methods of local types have the name of the function they are written in.
struct DemangledName {
  /// How the compiler came to the function.
  enum Origin: Sendable, Hashable {
    case source
    /// Leads to a function of the source, and may contain it when optimised: a partial application, a merged function.
    case forwarder
    /// Nobody's code: a thunk, a witness, an outlined copy.
    case thunk
  }

  /// The module that declares the function: that of the extension where it stands in one.
  private(set) var module: String?
  private(set) var function = ""
  private(set) var origin = Origin.source
  /// Whether the compiler made it for one caller, whose code may be inlined in it.
  private(set) var isSpecialized = false

  private var text: ArraySlice<UInt8>
  private var isInner = false

  init(_ demangled: String) {
    text = Array(demangled.utf8)[...]
    while removePrefix() {}
    if origin != .thunk { readPath() }
  }

  private static let thunks = [
    "reabstraction thunk", "outlined ", "protocol witness for ", "dispatch thunk of ", "vtable thunk for ",
    "key path ", "lazy protocol witness", "associated type ", "type metadata ", "method lookup ", "autodiff ",
    "block copy ", "block destroy ", "thunk for ", "back deployment thunk", "reflection metadata ",
    "freestanding macro expansion ", "attached macro expansion ",
  ]
  private static let forwarders = [
    "partial apply forwarder for ", "partial apply ObjC forwarder for ", "merged ", "@objc ",
  ]
  private static let attributes = [
    "static ", "@nonobjc ", "dynamic ", "async function pointer to ", "one-time initialization function for ",
    "variable initialization expression of ", "property wrapper backing initializer of ",
    "suspend resume partial function for ", "await resume partial function for ",
  ]

  private static let parts = ["suspend resume partial function for ", "await resume partial function for "]

  /// `closure #1 () -> () in Bookshop.Library.books()` of a part, a copy or a forwarder of that closure.
  static func written(_ demangled: String) -> String {
    var name = DemangledName(scanning: Array(demangled.utf8)[...])
    while true {
      if let prefix = (forwarders + parts).first(where: name.hasPrefix) {
        name.text = name.text.dropFirst(prefix.utf8.count)
      } else if !name.removeCounter(), !name.removeSpecialization() {
        return String(decoding: name.text, as: UTF8.self)
      }
    }
  }

  private static let specializations = [
    "generic ", "function signature ", "inlined generic ", "prespecialized ", "specialized ",
  ]

  private mutating func removePrefix() -> Bool {
    if Self.thunks.contains(where: hasPrefix) || isValueWitness {
      origin = .thunk
      return false
    }
    if let prefix = Self.forwarders.first(where: hasPrefix) {
      origin = .forwarder
      text = text.dropFirst(prefix.utf8.count)
      return true
    }
    if let prefix = Self.attributes.first(where: hasPrefix) {
      text = text.dropFirst(prefix.utf8.count)
      return true
    }
    return removeCounter() || removeSpecialization() || removeDefaultArgument() || removeInner()
  }

  /// `destroy value witness for …`.
  private var isValueWitness: Bool { text.drop { $0 != .space }.starts(with: " value witness for ".utf8) }

  private func hasPrefix(_ prefix: String) -> Bool { text.starts(with: prefix.utf8) }

  /// `(1) suspend resume partial function for …`.
  private mutating func removeCounter() -> Bool {
    guard text.first == .open, let close = text.firstIndex(of: .close), close - text.startIndex > 1,
      text[(text.startIndex + 1)..<close].allSatisfy(\.isDigit)
    else { return false }
    text = text[(close + 1)...].drop { $0 == .space }
    return true
  }

  /// `generic specialization <Swift.Int> of …`, `function signature specialization <…> of …`.
  private mutating func removeSpecialization() -> Bool {
    guard Self.specializations.contains(where: hasPrefix) else { return false }
    isSpecialized = true
    if hasPrefix("specialized ") {
      text = text.dropFirst("specialized ".utf8.count)
      return true
    }
    guard let open = text.firstIndex(of: .less), let end = endOfBrackets(at: open),
      text[end...].starts(with: " of ".utf8)
    else { return false }
    text = text[(end + 4)...]
    return true
  }

  /// `default argument 0 of …`.
  private mutating func removeDefaultArgument() -> Bool {
    guard hasPrefix("default argument ") else { return false }
    let rest = text.dropFirst("default argument ".utf8.count).drop(while: \.isDigit)
    guard rest.starts(with: " of ".utf8) else { return false }
    text = rest.dropFirst(4)
    return true
  }

  /// `closure #1 (…) -> () in …`, `inner #1 () -> () in …`, `method() -> () in Local #1 in …`.
  private mutating func removeInner() -> Bool {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].starts(with: " in ".utf8) {
        text = text[(index + 4)...]
        isInner = true
        return true
      }
      index = next(after: index)
    }
    return false
  }

  /// `Bookshop.Library<A>.books(of: Swift.Int) -> …`.
  private mutating func readPath() {
    var components: [String] = []
    var labels: String?
    var isExtension = false
    while let first = text.first {
      if hasPrefix("(extension in "), let colon = text.firstIndex(of: .colon) {
        module = string(text[..<(colon - 1)].dropFirst("(extension in ".utf8.count))
        isExtension = true
        text = text[(colon + 1)...]
        continue
      }
      components.append(string(readComponent(first)))
      if text.first == .less, let end = endOfBrackets(at: text.startIndex) { text = text[end...] }
      if text.first == .open, let end = endOfBrackets(at: text.startIndex) {
        labels = Self.labels(text[(text.startIndex + 1)..<(end - 1)])
        break
      }
      guard text.first == .dot else { break }
      text = text.dropFirst()
    }
    if isInner, components.count == 1, labels == nil {
      // A closure outside of every function: `closure #1 () -> () in Bookshop`.
      module = components[0]
      function = "main"
      return
    }
    if components.count > 1 {
      let first = components.removeFirst()
      if !isExtension { module = first }
    }
    if labels == nil, components.count > 1, ["getter", "read", "read2"].contains(components.last) {
      components.removeLast()
    }
    // Made by a macro: `LibraryTests.$s8AppTests…fMu_`.
    if components.last?.hasPrefix("$") == true { origin = .thunk }
    function = components.map(Self.spelling).joined(separator: ".") + (labels.map { "(\($0))" } ?? "")
  }

  private static func spelling(_ component: String) -> String {
    switch component {
    case "__allocating_init": "init"
    case "__deallocating_deinit", "__isolated_deallocating_deinit": "deinit"
    default: component
    }
  }

  private mutating func readComponent(_ first: UInt8) -> ArraySlice<UInt8> {
    var end: Int
    var name: ArraySlice<UInt8>?
    if first == .open {
      // `(secret in _E7D58B98…)`: private to a file.
      end = endOfBrackets(at: text.startIndex) ?? text.endIndex
      name = text[(text.startIndex + 1)..<end].prefix { $0 != .space }
    } else if first == .backtick {
      end = next(after: text.startIndex)
    } else if first.isOperator {
      end = text.firstIndex(of: .space) ?? text.endIndex
      name = text[..<end]
      // ` infix(…)`, ` prefix(…)`, ` postfix(…)`.
      end = text[end...].firstIndex(of: .open) ?? text.endIndex
    } else {
      end = text.firstIndex { [.dot, .open, .less, .space, .colon].contains($0) } ?? text.endIndex
    }
    defer { text = text[end...] }
    return name ?? text[..<end]
  }

  /// `of: Swift.Int, _: (Swift.Int) -> ()` are the labels `of:_:`.
  private static func labels(_ parameters: ArraySlice<UInt8>) -> String {
    guard !parameters.isEmpty else { return "" }
    var result = ""
    var scanner = DemangledName(scanning: parameters)
    var start = parameters.startIndex
    var label: ArraySlice<UInt8>?
    while true {
      let index = scanner.text.startIndex
      guard index < parameters.endIndex, parameters[index] != .comma else {
        result += (label.map { String(decoding: $0, as: UTF8.self) } ?? "_") + ":"
        guard index < parameters.endIndex else { return result }
        label = nil
        scanner.text = scanner.text.dropFirst()
        start = (scanner.text.firstIndex { $0 != .space }) ?? parameters.endIndex
        scanner.text = parameters[start...]
        continue
      }
      if parameters[index] == .colon, label == nil {
        let candidate = parameters[start..<index]
        if candidate.first == .backtick || !candidate.contains(.space) { label = candidate }
      }
      scanner.text = parameters[scanner.next(after: index)...]
    }
  }

  private init(scanning text: ArraySlice<UInt8>) {
    self.text = text
  }

  /// The spaces of a name in back quotes are mangled as no-break spaces.
  private func string(_ bytes: ArraySlice<UInt8>) -> String {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0 == "\u{A0}" ? " " : $0 }
    return String(String.UnicodeScalarView(scalars))
  }

  /// The index behind the byte, the brackets, the quoted identifier or the operator at `index`.
  private func next(after index: Int) -> Int {
    switch text[index] {
    case .open, .square, .less: return endOfBrackets(at: index) ?? index + 1
    case .backtick: return text[(index + 1)...].firstIndex(of: .backtick).map { $0 + 1 } ?? text.endIndex
    case .dot where index + 1 < text.endIndex && [.less, .greater, .equals].contains(text[index + 1]):
      return text[index...].firstIndex(of: .space) ?? text.endIndex
    default: return index + 1
    }
  }

  /// - Returns: `nil` where they do not end. Some inside may not: of `<Arg[0] = [Closure Propagated : f, Argument Types : [Int]>` one
  ///   bracket is left open, which the outer one closes.
  private func endOfBrackets(at open: Int) -> Int? {
    var opened: [UInt8] = []
    var index = open
    while index < text.endIndex {
      let byte = text[index]
      switch byte {
      case .open, .square, .less: opened.append(byte)
      case .greater where index > text.startIndex && text[index - 1] == .minus: break
      case .close, .squareEnd, .greater:
        let opening: UInt8 = byte == .close ? .open : byte == .greater ? .less : .square
        if let last = opened.lastIndex(of: opening) { opened.removeSubrange(last...) }
        if opened.isEmpty { return index + 1 }
      case .backtick, .dot:
        index = next(after: index)
        continue
      default: break
      }
      index += 1
    }
    return nil
  }
}

extension UInt8 {
  fileprivate static let open = UInt8(ascii: "(")
  fileprivate static let close = UInt8(ascii: ")")
  fileprivate static let square = UInt8(ascii: "[")
  fileprivate static let squareEnd = UInt8(ascii: "]")
  fileprivate static let less = UInt8(ascii: "<")
  fileprivate static let greater = UInt8(ascii: ">")
  fileprivate static let equals = UInt8(ascii: "=")
  fileprivate static let minus = UInt8(ascii: "-")
  fileprivate static let space = UInt8(ascii: " ")
  fileprivate static let colon = UInt8(ascii: ":")
  fileprivate static let comma = UInt8(ascii: ",")
  fileprivate static let dot = UInt8(ascii: ".")
  fileprivate static let backtick = UInt8(ascii: "`")

  fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  fileprivate var isOperator: Bool { "=<>!+-*/%&|^~?".utf8.contains(self) }
}
