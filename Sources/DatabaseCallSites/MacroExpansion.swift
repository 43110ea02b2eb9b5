/// Where the code that a macro was given stands in the source: that of `#expect(try books.count() == 3)` is compiled in a
/// buffer, and debug information names the buffer.
///
/// The buffer's name is a mangled name that contains the place of the macro:
/// `@__swiftmacro_8AppTests0016Teststswift_…MX41_4_6expectfMf_.swift`. Macros copy their arguments, so that the lines of a
/// closure in the buffer follow each other as in the source.
struct MacroExpansion: Hashable {
  let fileName: String
  let line: Int

  private static let prefix = "@__swiftmacro_"
  private static let suffix = ".swift"

  static func isBuffer(_ path: String) -> Bool {
    path.split(separator: "/").last?.hasPrefix(prefix) == true
  }

  /// - Parameters:
  ///   - path: The path of a file of debug information.
  ///   - line: The line in it, from 1.
  /// - Returns: `nil` for other files, and for macros that are attached to a declaration: their code is nobody's.
  init?(path: String, line: Int) {
    guard line > 0, let name = path.split(separator: "/").last, name.hasPrefix(Self.prefix),
      name.hasSuffix(Self.suffix),
      let demangled = Demangler.demangled("$s" + name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)),
      demangled.hasPrefix("freestanding macro expansion ")
    else { return nil }
    self.init(demangled: demangled, line: line)
  }

  /// Reads `freestanding macro expansion #1 of expect in module AppTests file Tests.swift line 42 column 5`.
  private init?(demangled: String, line: Int) {
    let words = demangled.split(separator: " ")
    guard let file = words.lastIndex(of: "file"), let number = words.lastIndex(of: "line"), file + 1 < number,
      number + 1 < words.count, let start = Int(words[number + 1]), start > 0
    else { return nil }
    fileName = words[(file + 1)..<number].joined(separator: " ")
    let (sum, overflow) = start.addingReportingOverflow(line - 1)
    guard !overflow else { return nil }
    self.line = sum
  }
}
