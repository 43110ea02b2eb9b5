#if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
  #if canImport(FoundationEssentials)
    internal import FoundationEssentials
  #else
    internal import Foundation
  #endif
#endif

/// Finds where a function of the program is written, by its name: for test methods, which are not on the call stack of
/// what they await.
package enum FunctionFinder {
  /// The place of a method without parameters, such as `LibraryTests.testPublishes` in module `AppTests`.
  ///
  /// Reads the symbol table of the program, which takes some tens of milliseconds; for a failure, not for a run.
  package static func place(ofMethod method: String, type: String, module: String) -> (file: String, line: Int)? {
    #if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
      guard let program = LoadedImage.all().first(where: \.isProgram), let symbols = SymbolTable(path: program.path)
      else { return nil }
      let prefix = "$s\(module.utf8.count)\(module)"
      // A private type shows as `(LibraryTests in _4567…)`.
      let wanted = [".\(type).\(method)()", "(\(type) in _"]
      let value = symbols.value { name in
        name.hasPrefix(prefix) && Self.endings.contains { name.hasSuffix($0) }
          && Demangler.demangled(name).map { full in
            wanted.contains { full.contains($0) } && full.contains(".\(method)()")
          } == true
      }
      guard let value else { return nil }
      // One byte into the function: a return address stands behind its call.
      let frames = Symbolicator.frames(of: StackTrace(returnAddresses: [program.base + UInt(value) + 1]))
      guard let frame = frames.last, let file = frame.file, let line = frame.line, line > 0 else { return nil }
      return (file, line)
    #else
      return nil
    #endif
  }

  /// Of methods without parameters and result: plain, throwing, asynchronous, both.
  private static let endings = ["yyF", "yyKF", "yyYaF", "yyYaKF"]
}

#if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
  /// The symbols of an ELF file of 64 bits ([elf(5)](https://man7.org/linux/man-pages/man5/elf.5.html)).
  struct SymbolTable {
    private let bytes: Data
    private let symbols: Range<Int>
    private let names: Range<Int>
    /// Whether addresses in the file are counted from where the program was loaded.
    private let isRelative: Bool

    private static let symbolSize = 24

    init?(path: String) {
      guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped), bytes.count > 64,
        bytes.prefix(4).elementsEqual([0x7F, 0x45, 0x4C, 0x46]), bytes[bytes.startIndex + 4] == 2
      else { return nil }
      self.bytes = bytes
      func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> Int? {
        guard offset >= 0, offset + MemoryLayout<T>.size <= bytes.count else { return nil }
        return bytes.withUnsafeBytes { Int(truncatingIfNeeded: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
      }
      guard let sections = number(UInt64.self, at: 40), let size = number(UInt16.self, at: 58),
        let count = number(UInt16.self, at: 60), let kind = number(UInt16.self, at: 16)
      else { return nil }
      isRelative = kind == 3
      func section(_ index: Int) -> (type: Int, contents: Range<Int>, link: Int)? {
        let header = sections + index * size
        guard let type = number(UInt32.self, at: header + 4), let offset = number(UInt64.self, at: header + 24),
          let length = number(UInt64.self, at: header + 32), let link = number(UInt32.self, at: header + 40),
          offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset
        else { return nil }
        return (type, offset..<(offset + length), link)
      }
      guard let table = (0..<count).lazy.compactMap(section).first(where: { $0.type == 2 }),
        let strings = section(table.link)
      else { return nil }
      symbols = table.contents
      names = strings.contents
    }

    /// The value of the first symbol whose name is accepted.
    func value(where isWanted: (String) -> Bool) -> UInt64? {
      bytes.withUnsafeBytes { bytes in
        for offset in stride(
          from: symbols.lowerBound, to: symbols.upperBound - Self.symbolSize + 1, by: Self.symbolSize)
        {
          let name = names.lowerBound + Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
          let value = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
          // Only Swift's symbols are worth a string.
          guard value != 0, name + 2 < names.upperBound, bytes[name] == 0x24, bytes[name + 1] == 0x73 else { continue }
          let end = bytes[name..<names.upperBound].firstIndex(of: 0) ?? names.upperBound
          if isWanted(String(decoding: bytes[name..<end], as: UTF8.self)) { return isRelative ? value : nil }
        }
        return nil
      }
    }
  }
#endif
