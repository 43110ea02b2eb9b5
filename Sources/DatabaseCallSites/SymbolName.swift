/// What the name of a symbol tells.
struct SymbolName {
  /// Readable, without types: `Library.books(of:)`.
  let function: String
  /// `nil` for C and C++, which have no modules in their symbols.
  let module: String?
  let origin: DemangledName.Origin
  let isSpecialized: Bool

  /// - Parameters:
  ///   - symbol: As it is in the binary.
  ///   - readable: What to show for a symbol that is not Swift's, where the platform knows better than the symbol.
  init(_ symbol: String, readable: String? = nil) {
    guard Self.isSwift(symbol), let demangled = Demangler.demangled(symbol) else {
      function = readable ?? symbol
      module = nil
      origin = symbol.hasPrefix("Swift runtime failure") ? .thunk : .source
      isSpecialized = false
      return
    }
    let name = DemangledName(demangled)
    function = name.function.isEmpty ? readable ?? demangled : name.function
    module = name.module ?? (name.origin == .thunk ? nil : Self.outermostModule(of: symbol))
    origin = name.origin
    isSpecialized = name.isSpecialized
  }

  /// An asynchronous function is cut where it is suspended: `…TY1_`, `…TQ2_`. The forwarder of a closure, `…TA`, has it inlined.
  static func withoutPart(_ symbol: String) -> String {
    var name = Substring(symbol)
    if name.hasSuffix("_") {
      let digits = name.dropLast().reversed().prefix { $0.isASCII && $0.isNumber }.count
      let rest = name.dropLast(digits + 1)
      if digits > 0, rest.hasSuffix("TY") || rest.hasSuffix("TQ") { name = rest.dropLast(2) }
    }
    return String(name.hasSuffix("TA") ? name.dropLast(2) : name)
  }

  /// What is left of a name without what the compiler made of it: of one function or closure of the source it is always the same.
  static func written(_ symbol: String) -> String {
    guard isSwift(symbol), let demangled = Demangler.demangled(symbol) else { return symbol }
    return DemangledName.written(demangled)
  }

  private static func isSwift(_ symbol: String) -> Bool {
    ["$s", "_$s", "$S", "_$S", "$e", "_$e"].contains { symbol.hasPrefix($0) }
  }

  /// For the few functions that are demangled without their context, as `one-time initialization function for shared` is.
  private static func outermostModule(of symbol: String) -> String? {
    let mangled = symbol.drop { $0 == "_" }.dropFirst(2)
    if mangled.first == "s" || mangled.first == "S" { return "Swift" }
    let digits = mangled.prefix { $0.isASCII && $0.isNumber }
    guard let length = Int(digits), length > 0 else { return nil }
    let name = mangled.dropFirst(digits.count).prefix(length)
    return name.count == length ? String(name) : nil
  }
}
