internal import DatabaseSupport

/// Finds where a function of the program is written, by its name: for test methods, which are not on the call stack of
/// what they await.
package enum FunctionFinder {
  #if ELF && _pointerBitWidth(_64) && _endian(little)
    /// Methods without parameters and result of a module: demangled, with their address in the process.
    private static let known = Locked<[String: [(name: String, address: UInt)]]>([:])
  #endif

  /// The place of a method without parameters, such as `LibraryTests.testPublishes` in module `AppTests`.
  ///
  /// The first one of a module reads the symbol table of the program, which takes some tens of milliseconds; for a failure, not
  /// for a run.
  package static func place(ofMethod method: String, type: String, module: String) -> (file: String, line: Int)? {
    #if ELF && _pointerBitWidth(_64) && _endian(little)
      // A private type shows as `(LibraryTests in _4567…)`.
      let (path, privateType, call) = (".\(type).\(method)()", "(\(type) in _", ".\(method)()")
      let found = methods(of: module).first { entry in
        entry.name.contains(call) && (entry.name.contains(path) || entry.name.contains(privateType))
      }
      guard let found else { return nil }
      // One byte into the function: a return address stands behind its call.
      let frames = Symbolicator.frames(of: StackTrace(words: [found.address &+ 1]))
      guard let frame = frames.last, let file = frame.file, let line = frame.line, line > 0 else { return nil }
      return (file, line)
    #else
      return nil
    #endif
  }

  #if ELF && _pointerBitWidth(_64) && _endian(little)
    private static func methods(of module: String) -> [(name: String, address: UInt)] {
      if let known = known.withLock({ $0[module] }) { return known }
      var methods: [(name: String, address: UInt)] = []
      if let program = LoadedImage.all().first(where: \.isProgram), let file = ELFFile(path: "/proc/self/exe"),
        file.isRelocatable
      {
        let prefix = "$s\(module.utf8.count)\(module)"
        ELFSymbols.forEachFunction(in: file, prefix: prefix, suffixes: endings) { name, address in
          guard let full = Demangler.demangled(name) else { return }
          methods.append((full, program.base &- file.lowestAddress &+ address))
        }
      }
      known.withLock { $0[module] = methods }
      return methods
    }

    /// Of methods without parameters and result: plain, throwing, asynchronous, both.
    private static let endings = ["yyF", "yyKF", "yyYaF", "yyYaKF"]
  #endif
}
