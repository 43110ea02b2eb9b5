/// Finds where a function of the program is written, by its name: for test methods, which are not on the call stack of
/// what they await.
package enum FunctionFinder {
  /// The place of a method without parameters, such as `LibraryTests.testPublishes` in module `AppTests`.
  ///
  /// Reads the symbol table of the program, which takes some tens of milliseconds; for a failure, not for a run.
  package static func place(ofMethod method: String, type: String, module: String) -> (file: String, line: Int)? {
    #if os(Linux) && _pointerBitWidth(_64) && _endian(little)
      guard let program = LoadedImage.all().first(where: \.isProgram), let file = ELFFile(path: "/proc/self/exe"),
        file.isRelocatable
      else { return nil }
      let prefix = "$s\(module.utf8.count)\(module)"
      // A private type shows as `(LibraryTests in _4567…)`.
      let wanted = [".\(type).\(method)()", "(\(type) in _"]
      let value = ELFSymbols.address(in: file) { name in
        name.hasPrefix(prefix) && Self.endings.contains { name.hasSuffix($0) }
          && Demangler.demangled(name).map { full in
            wanted.contains { full.contains($0) } && full.contains(".\(method)()")
          } == true
      }
      guard let value else { return nil }
      // One byte into the function: a return address stands behind its call.
      let frames = Symbolicator.frames(of: StackTrace(returnAddresses: [program.base &- file.lowestAddress &+ value &+ 1]))
      guard let frame = frames.last, let file = frame.file, let line = frame.line, line > 0 else { return nil }
      return (file, line)
    #else
      return nil
    #endif
  }

  /// Of methods without parameters and result: plain, throwing, asynchronous, both.
  private static let endings = ["yyF", "yyKF", "yyYaF", "yyYaKF"]
}
