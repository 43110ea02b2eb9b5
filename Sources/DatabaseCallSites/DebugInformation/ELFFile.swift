internal import DatabaseSupport

#if ELF && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// A program or library as it is on disk, mapped for as long as it is used
  /// ([elf(5)](https://man7.org/linux/man-pages/man5/elf.5.html), 64 bits).
  final class ELFFile: Sendable {
    private let memory: Bytes
    private let sections: [String: Section]
    private let symbolSection: Section?
    private let nameSection: Section?
    /// Of what is compressed in the file.
    private let inflated = Locked<[Int: Bytes]>([:])
    /// The lowest address of what is loaded, by which an address in the process is one in the file.
    let lowestAddress: UInt
    /// Whether addresses in the file are counted from where it was loaded.
    let isRelocatable: Bool
    /// What is executed of it, with the address of its first byte.
    let code: [(address: UInt, bytes: Bytes)]

    private struct Section {
      var offset: Int
      var size: Int
      var isCompressed: Bool
    }

    /// - Returns: `nil` where the file cannot be read or is no such file.
    init?(path: String) {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      let length = Int(lseek(file, 0, SEEK_END))
      guard length > 64, let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
        return nil
      }
      let memory = Bytes(start: start, count: length)
      self.memory = memory
      var found: [String: Section] = [:]
      var (symbols, names): (Section?, Section?) = (nil, nil)
      var header = ByteReader(memory)
      // 0x7F, "ELF", 64 bits, least significant byte first.
      let isELF = header.number(6) == 0x0102_464C_457F
      header.move(to: 16)
      isRelocatable = header.number(2) == 3
      header.move(to: 32)
      let segments = header.offset(8)
      let table = header.offset(8)
      header.skip(6)
      let segmentSize = header.offset(2)
      let segmentCount = header.offset(2)
      let size = header.offset(2)
      let count = header.offset(2)
      let nameIndex = header.offset(2)
      var lowest = UInt.max
      var code: [(address: UInt, bytes: Bytes)] = []
      for index in 0..<segmentCount {
        var segment = ByteReader(memory, at: Self.place(segments, segmentSize, index))
        // A segment that is loaded.
        guard segment.number(4) == 1 else { continue }
        let isExecutable = segment.number(4) & 1 != 0
        let offset = segment.offset(8)
        let address = segment.number(8)
        segment.skip(8)
        let bytes = memory[offset, segment.offset(8)]
        lowest = min(lowest, address)
        if isExecutable, !segment.isBroken, bytes.count > 0 { code.append((address, bytes)) }
      }
      self.code = code
      lowestAddress = lowest == .max ? 0 : lowest & ~0xFFF
      let all = (0..<count).map { Self.header(in: memory, at: Self.place(table, size, $0)) }
      if isELF, nameIndex < all.count, let texts = all[nameIndex] {
        let texts = memory[texts.section.offset, texts.section.size]
        for entry in all {
          guard let entry, let name = texts.string(at: entry.name) else { continue }
          if found[name] == nil { found[name] = entry.section }
        }
        // The symbols of the file, else those that the dynamic loader needs.
        if let entry = all.first(where: { $0?.type == 2 }) ?? all.first(where: { $0?.type == 11 }), let entry,
          entry.link < all.count
        {
          symbols = entry.section
          names = all[entry.link]?.section
        }
      }
      sections = found
      symbolSection = symbols
      nameSection = names
      if !isELF { return nil }
    }

    deinit {
      munmap(UnsafeMutableRawPointer(mutating: memory.start), memory.count)
      inflated.withLock { for bytes in $0.values { free(UnsafeMutableRawPointer(mutating: bytes.start)) } }
    }

    private static func place(_ table: Int, _ size: Int, _ index: Int) -> Int {
      let (product, overflow) = size.multipliedReportingOverflow(by: index)
      return overflow || table > Int.max - product ? -1 : table + product
    }

    private static func header(
      in memory: Bytes, at offset: Int
    ) -> (name: Int, type: Int, section: Section, link: Int)? {
      var reader = ByteReader(memory, at: offset)
      let name = reader.offset(4)
      let type = reader.offset(4)
      let flags = reader.number(8)
      reader.skip(8)
      let section = Section(offset: reader.offset(8), size: reader.offset(8), isCompressed: flags & 0x800 != 0)
      let link = reader.offset(4)
      return reader.isBroken ? nil : (name, type, section, link)
    }

    /// A piece of the code; empty where there is none.
    func code(at address: UInt, count: Int) -> Bytes {
      for (start, bytes) in code where start <= address && address &- start < UInt(bitPattern: bytes.count) {
        return bytes[Int(bitPattern: address &- start), count]
      }
      return .none
    }

    /// The contents of a section, such as `.debug_line`; empty where there is none.
    func section(_ name: String) -> Bytes {
      guard let section = sections[name] else { return .none }
      let bytes = memory[section.offset, section.size]
      guard section.isCompressed else { return bytes }
      return inflated.withLock { known in
        if let known = known[section.offset] { return known }
        let contents = Decompression.contents(of: bytes) ?? .none
        if contents.count > 0 { known[section.offset] = contents }
        return contents
      }
    }

    /// Symbols of 24 bytes each.
    var symbols: Bytes { symbolSection.map { memory[$0.offset, $0.size] } ?? .none }

    /// The names of symbols.
    var names: Bytes { nameSection.map { memory[$0.offset, $0.size] } ?? .none }
  }
#endif
