/// One frame of a call stack, as far as it could be symbolicated.
package struct StackFrame: Sendable, Hashable {
  /// The return address.
  package var address: UInt
  /// As it is in the binary.
  package var symbol: String?
  /// Readable, without argument types.
  package var function: String?
  /// `nil` for C and C++, and where the symbol is unknown.
  package var module: String?
  /// As the compiler knew it; `nil` without debug information, and for functions that cannot contain code of the app.
  package var file: String?
  package var line: Int?
  package var column: Int?
  /// The library or program.
  package var image: String?
  /// Whether the compiler made the function, and where that can be told.
  var origin = DemangledName.Origin.source
  var isSpecialized = false

  package init(address: UInt) {
    self.address = address
  }

  mutating func take(_ name: SymbolName, symbol: String) {
    self.symbol = symbol
    function = name.function
    module = name.module
    origin = name.origin
    isSpecialized = name.isSpecialized
  }

  /// Whether somebody who uses a database library wrote it.
  package var isAppCode: Bool {
    guard let function, !function.isEmpty, origin != .thunk, image.map(KnownModules.isSystemImage) != true else {
      return false
    }
    if let file {
      guard let line, line > 0, !file.hasSuffix("<compiler-generated>"), !MacroExpansion.isBuffer(file),
        !KnownModules.isSkippedSource(file)
      else {
        return false
      }
      // C, C++ and Objective-C have no modules in their symbols: what has debug information is the app's.
      return module.map { !KnownModules.areSkipped($0) } ?? true
    }
    guard let module, origin == .source else { return false }
    return !KnownModules.areSkipped(module)
  }

  /// Whether code of the app may be found here with debug information, which takes some milliseconds to read.
  ///
  /// A function of a library cannot contain code of the app, unless it was made for one caller: a generic function that
  /// was specialised, a thunk around a closure.
  var mayContainAppCode: Bool {
    guard symbol != nil, image.map(KnownModules.isSystemImage) != true else { return false }
    guard let module, origin == .source, !isSpecialized else { return true }
    return !KnownModules.areSkipped(module)
  }

  package var callSite: CallSite {
    CallSite(function: function ?? "", module: module, filePath: file, line: line.flatMap { $0 > 0 ? $0 : nil })
  }
}
