/// One frame of a call stack, as far as it could be symbolicated.
package struct StackFrame: Sendable, Hashable {
  /// The word of the stack.
  package var word: UInt
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
  package internal(set) var isSpecialized = false
  /// Whether its code is of a package that was fetched.
  var isFetched = false
  /// How many tasks were created on the way from it to what runs: each frame of one created the task of the frames before.
  package internal(set) var createdTasks = 0

  /// Whether it is code that a macro attached to a declaration made, as `@Test` makes what calls the test.
  package var isMacroExpansion: Bool { file.map(MacroExpansion.isBuffer) == true }

  /// Whether it awaits the frame before it.
  package var isAwaiting: Bool { StackWord(word).isAwaiting }

  package init(word: UInt) {
    self.word = word
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
    guard let function, !function.isEmpty, origin != .thunk, !isFetched,
      image.map(KnownModules.isSystemImage) != true
    else { return false }
    if let file {
      guard let line, line > 0, !file.hasSuffix("<compiler-generated>"), !MacroExpansion.isBuffer(file),
        !KnownModules.isSkippedSource(file), !DriverFiles.contain(file)
      else {
        return false
      }
      // C, C++ and Objective-C have no modules in their symbols: what has debug information is the app's.
      return module.map { !KnownModules.areSkipped($0, withSource: true) } ?? true
    }
    guard let module, origin == .source else { return false }
    return !KnownModules.areSkipped(module)
  }

  /// Whether code of the app may be found here with debug information, which takes some milliseconds to read.
  ///
  /// A function of a library cannot contain code of the app, unless it was made for one caller: a generic function that
  /// was specialised, a thunk around a closure.
  ///
  /// - Parameter fetched: Modules whose sources are known to have been fetched.
  func mayContainAppCode(besides fetched: Set<String> = []) -> Bool {
    guard symbol != nil, image.map(KnownModules.isSystemImage) != true else { return false }
    guard let module = ownModule else { return true }
    return !fetched.contains(module) && !KnownModules.areSkipped(module)
  }

  /// The module of a function that has code of that module alone.
  var ownModule: String? { origin == .source && !isSpecialized ? module : nil }

  /// The database library that the function belongs to.
  var databaseLibrary: DatabaseLibrary? { module.flatMap(DatabaseLibrary.init(module:)) }

  /// Whether it belongs to a library that takes requests.
  package var isOfServer: Bool { module.map(KnownModules.isServer) == true }

  /// `nil` where the line is not known.
  package var sourceLine: SourceLine? {
    guard let file, let line, line > 0 else { return nil }
    return SourceLine(file: file, line: line, column: column ?? 0)
  }

  package var callSite: CallSite {
    guard let line, line > 0 else { return CallSite(function: function ?? "", module: module, filePath: file) }
    let column = column.flatMap { $0 > 0 ? $0 : nil }
    return CallSite(function: function ?? "", module: module, filePath: file, line: line, column: column)
  }
}
