/// What the name of a symbol tells: function and module.
struct SymbolName {
  let function: String
  let module: String?
  let isGenerated: Bool

  /// - Parameters:
  ///   - symbol: As it is in the binary.
  ///   - readable: Demangled without argument types, where the platform does that.
  init(_ symbol: String, readable: String?) {
    let isSwift = symbol.hasPrefix("$s") || symbol.hasPrefix("_$s")
    let full = isSwift ? Self.demangled(symbol) : nil
    module = isSwift ? Self.module(of: symbol, demangled: full) : nil
    function = Self.plain(readable ?? full.map(Self.withoutTypes) ?? symbol, module: module)
    isGenerated = full.map { name in Self.generatedPrefixes.contains { name.hasPrefix($0) } } ?? false
  }

  private static let generatedPrefixes = [
    "reabstraction thunk", "merged ", "outlined ", "protocol witness for ", "dispatch thunk", "partial apply forwarder",
    "vtable thunk", "key path ", "lazy protocol witness", "block_copy", "autodiff",
  ]

  private static let wrappings = [
    "static ", "partial apply for ", "specialized ", "merged ", "defer #1 in ", "suspend resume partial function for ",
    "await resume partial function for ",
  ]

  /// A closure is known by the function it is written in.
  private static func plain(_ name: String, module: String?) -> String {
    var name = Substring(name)
    var isUnwrapped = true
    while isUnwrapped {
      isUnwrapped = false
      for wrapping in wrappings where name.hasPrefix(wrapping) {
        name = name.dropFirst(wrapping.count)
        isUnwrapped = true
      }
      for kind in ["closure #", "implicit closure #"] where name.hasPrefix(kind) {
        guard let end = name.range(ofText: " in ") else { continue }
        name = name[end...]
        isUnwrapped = true
      }
      if name.hasPrefix("("), let close = name.firstIndex(of: ")"), name.dropFirst().prefix(1).allSatisfy(\.isNumber) {
        // "(1) suspend resume partial function for …"
        name = name[name.index(after: close)...].drop { $0 == " " }
        isUnwrapped = true
      }
    }
    return String(name)
  }

  /// The module that declares the function: that of the extension where it stands in one.
  private static func module(of symbol: String, demangled: String?) -> String? {
    if let demangled, let start = demangled.range(ofText: "(extension in ") {
      return String(demangled[start...].prefix { $0 != ")" })
    }
    let mangled = symbol.drop { $0 == "_" }.dropFirst(2)
    guard let first = mangled.first else { return nil }
    if first == "s" || first == "S" { return "Swift" }
    let digits = mangled.prefix(while: \.isNumber)
    guard let length = Int(digits), length > 0 else { return nil }
    let name = mangled.dropFirst(digits.count).prefix(length)
    return name.count == length ? String(name) : nil
  }

  /// With modules and types: `Bookshop.Library.books(of: Swift.Int) -> …`.
  static func demangled(_ symbol: String) -> String? {
    guard let pointer = swiftDemangle(symbol, symbol.utf8.count, nil, nil, 0) else { return nil }
    defer { pointer.deallocate() }
    return String(cString: pointer)
  }

  /// `Bookshop.Library.books(of: Swift.Int) -> …` without the types and the module.
  private static func withoutTypes(_ demangled: String) -> String {
    var result = ""
    var depth = 0
    var label = ""
    for character in demangled.prefix(2_000) {
      switch character {
      case "(":
        depth += 1
        if depth == 1 { result += "(" }
        label = ""
      case ")":
        depth -= 1
        if depth == 0 { return result + ")" }
      case ":" where depth == 1:
        result += label.drop { $0 == " " } + ":"
        label = ""
      case ",": label = ""
      default: if depth == 0 { result.append(character) } else { label.append(character) }
      }
    }
    return result
  }
}

/// Part of the standard library's stable interface: the caller frees what it returns.
@_silgen_name("swift_demangle")
private func swiftDemangle(
  _ name: UnsafePointer<CChar>, _ length: Int, _ output: UnsafeMutablePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?,
  _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?

extension StringProtocol {
  /// The index behind the first occurrence of `text`.
  fileprivate func range(ofText text: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
