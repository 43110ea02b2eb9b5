#if os(Linux) && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// The functions of a file by their address.
  final class ELFSymbols: Sendable {
    private let file: ELFFile
    private let index: AddressIndex

    private static let size = 24

    init(_ file: ELFFile) {
      self.file = file
      var entries: ContiguousArray<UInt> = []
      let symbols = file.symbols
      let count = symbols.count / Self.size
      entries.reserveCapacity(count)
      var number = 0
      while number < count {
        let (kind, value) = Self.symbol(number, in: symbols)
        // Functions, and those that are looked up when they are first called.
        if kind & 0xF == 2 || kind & 0xF == 10, let entry = AddressIndex.entry(address: value, number: number) {
          entries.append(entry)
        }
        number &+= 1
      }
      index = AddressIndex(entries)
    }

    /// The type and the value of a symbol.
    private static func symbol(_ number: Int, in symbols: Bytes) -> (kind: UInt, value: UInt) {
      var (kind, value) = (UInt(0), UInt(0))
      memcpy(&kind, symbols.start + (number &* size &+ 4), 1)
      memcpy(&value, symbols.start + (number &* size &+ 8), 8)
      return (kind, value)
    }

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

    /// The address of the first function whose name is accepted, among those of Swift.
    static func address(in file: ELFFile, where isWanted: (String) -> Bool) -> UInt? {
      let (symbols, names) = (file.symbols, file.names)
      for number in 0..<(symbols.count / size) {
        let (_, value) = symbol(number, in: symbols)
        var reader = ByteReader(symbols, at: number * size)
        let name = reader.offset(4)
        // Only Swift's symbols, which begin with `$s`, are worth a string.
        var prefix = ByteReader(names, at: name)
        guard value != 0, prefix.number(2) == 0x7324, let text = names.string(at: name), isWanted(text) else { continue }
        return value
      }
      return nil
    }
  }
#endif
