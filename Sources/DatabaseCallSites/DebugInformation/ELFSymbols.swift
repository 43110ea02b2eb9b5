#if ELF && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// The functions of a file by their address.
  final class ELFSymbols: Sendable {
    private let file: ELFFile
    private let index: AddressIndex
    /// The numbers of those that are as short as a jump.
    private let short: ContiguousArray<Int>

    private static let size = 24

    init(_ file: ELFFile) {
      self.file = file
      var entries: ContiguousArray<UInt> = []
      var short: ContiguousArray<Int> = []
      let symbols = file.symbols
      let count = symbols.count / Self.size
      entries.reserveCapacity(count)
      var number = 0
      while number < count {
        let (_, kind, value, length) = Self.symbol(number, in: symbols)
        // Functions, and those that are looked up when they are first called.
        if kind & 0xF == 2 || kind & 0xF == 10, let entry = AddressIndex.entry(address: value, number: number) {
          entries.append(entry)
          if MergedFunctions.Jump.isLength(length) { short.append(number) }
        }
        number &+= 1
      }
      index = AddressIndex(entries)
      self.short = short
    }

    /// What the file has of a symbol; the offset of its name among the names.
    private static func symbol(
      _ number: Int, in symbols: Bytes
    ) -> (name: UInt, kind: UInt, value: UInt, length: UInt) {
      var fields: (UInt, UInt, UInt) = (0, 0, 0)
      memcpy(&fields, symbols.start + (number &* size), size)
      return (fields.0 & 0xFFFF_FFFF, fields.0 &>> 32 & 0xFF, fields.1, fields.2)
    }

    /// Functions of Swift that are a jump to another one.
    var jumps: [MergedFunctions.Jump] {
      short.compactMap { number in
        let (_, _, address, length) = Self.symbol(number, in: file.symbols)
        guard let jump = MergedFunctions.Jump(file.code(at: address, count: Int(length)), at: address),
          start(ofFunctionAt: jump.to) == jump.to, isSwift(address), isSwift(jump.to)
        else { return nil }
        return jump
      }
    }

    private func isSwift(_ address: UInt) -> Bool { function(at: address)?.hasPrefix("$s") == true }

    /// Where the function begins that an address of the file is in.
    func start(ofFunctionAt address: UInt) -> UInt? { index.number(at: address)?.start }

    /// The name of the function that an address of the file is in, as it is in the file.
    func function(at address: UInt) -> String? {
      guard let (number, start) = index.number(at: address) else { return nil }
      var reader = ByteReader(file.symbols, at: number * Self.size)
      let name = reader.offset(4)
      reader.skip(12)
      let length = reader.number(8)
      // Functions that are written in assembly may have no length.
      guard length == 0 || address &- start < length else { return nil }
      return file.names.string(at: name)
    }

    /// The address of a function by its whole name.
    func address(ofFunction name: String) -> UInt? {
      var found: UInt?
      Self.forEachFunction(in: file, prefix: name, suffixes: [name]) { if $0 == name { found = $1 } }
      return found
    }

    /// Calls `body` with each function whose name in the file begins and ends so, and has a text within; with stored values, too,
    /// where they are asked for.
    static func forEachFunction(
      in file: ELFFile, orValue takesValues: Bool = false, prefix: String, containing part: String = "",
      suffixes: [String],
      _ body: (_ name: String, _ address: UInt) -> Void
    ) {
      let (symbols, names) = (file.symbols, file.names)
      let (prefix, part, suffixes) = (Array(prefix.utf8), Array(part.utf8CString), suffixes.map { Array($0.utf8) })
      var number = 0
      while number < symbols.count / size {
        let (name, kind, value, _) = symbol(number, in: symbols)
        number &+= 1
        let offset = Int(bitPattern: name)
        guard value != 0, kind & 0xF == 2 || (takesValues && kind & 0xF == 1), offset < names.count - prefix.count,
          memcmp(names.start + offset, prefix, prefix.count) == 0, let length = names.length(at: offset),
          suffixes.contains(where: { suffix in
            length >= suffix.count && memcmp(names.start + (offset + length - suffix.count), suffix, suffix.count) == 0
          }), contains(part, names.start + offset), let text = names.string(at: offset)
        else { continue }
        body(text, value)
      }
    }

    /// - Parameter name: Ends with a zero byte.
    private static func contains(_ part: [CChar], _ name: UnsafeRawPointer) -> Bool {
      part.count == 1 || strstr(name.assumingMemoryBound(to: CChar.self), part) != nil
    }
  }
#endif
