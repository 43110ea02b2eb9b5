#if ELF && _pointerBitWidth(_64) && _endian(little)
  /// The sections of a file that its debug information is in.
  final class DwarfSections: Sendable {
    let information: Bytes
    let abbreviations: Bytes
    let lines: Bytes
    let strings: Bytes
    let lineStrings: Bytes
    let stringOffsets: Bytes
    let addresses: Bytes
    let ranges: Bytes
    let rangeLists: Bytes

    init(_ file: ELFFile) {
      information = file.section(".debug_info")
      abbreviations = file.section(".debug_abbrev")
      lines = file.section(".debug_line")
      strings = file.section(".debug_str")
      lineStrings = file.section(".debug_line_str")
      stringOffsets = file.section(".debug_str_offsets")
      addresses = file.section(".debug_addr")
      ranges = file.section(".debug_ranges")
      rangeLists = file.section(".debug_rnglists")
    }
  }

  /// One compiled file of the debug information: its header and its outermost entry.
  struct DwarfUnit: Sendable {
    let sections: DwarfSections
    private(set) var encoding = DwarfEncoding()
    /// Where it begins and ends.
    let start: Int
    let end: Int
    /// Its abbreviations.
    private(set) var abbreviations = 0
    /// Its outermost entry.
    private(set) var entry = 0
    private(set) var lowAddress: UInt = 0
    private(set) var highAddress: UInt = 0
    /// Its ranges, in the section of its version; `nil`: it is one piece.
    private(set) var ranges: Int?
    /// Its line program.
    private(set) var lines: Int?
    private var folderName: Value?
    private var stringBase = 0
    private var addressBase = 0
    private var rangeBase = 0

    enum Attribute {
      static let name: UInt = 0x03
      static let lines: UInt = 0x10
      static let lowAddress: UInt = 0x11
      static let highAddress: UInt = 0x12
      static let folder: UInt = 0x1B
      static let origin: UInt = 0x31
      static let specification: UInt = 0x47
      static let ranges: UInt = 0x55
      static let callColumn: UInt = 0x57
      static let callFile: UInt = 0x58
      static let callLine: UInt = 0x59
      static let linkageName: UInt = 0x6E
      static let stringBase: UInt = 0x72
      static let addressBase: UInt = 0x73
      static let rangeBase: UInt = 0x74
      static let oldLinkageName: UInt = 0x2007
    }

    /// A value with its form.
    typealias Value = (form: UInt, number: UInt)

    /// - Returns: `nil` behind the last one, and where the section is damaged.
    init?(_ sections: DwarfSections, at offset: Int) {
      self.sections = sections
      var reader = ByteReader(sections.information, at: offset)
      let (length, offsetSize) = reader.unitLength()
      guard !reader.isBroken, length > 0, length <= reader.end - reader.offset else { return nil }
      start = offset
      end = reader.offset + length
      encoding.offsetSize = offsetSize
      encoding.version = reader.offset(2)
      guard (2...5).contains(encoding.version) else { return }
      if encoding.version >= 5 {
        let kind = reader.byte()
        encoding.addressSize = Int(bitPattern: reader.byte())
        abbreviations = reader.offset(offsetSize)
        // Of a skeleton and its other half the identity, of a type its signature and place.
        if kind == 4 || kind == 5 { reader.skip(8) }
        if kind == 2 || kind == 6 { reader.skip(8 + offsetSize) }
      } else {
        abbreviations = reader.offset(offsetSize)
        encoding.addressSize = Int(bitPattern: reader.byte())
      }
      guard encoding.addressSize == 8 || encoding.addressSize == 4 else {
        encoding.addressSize = 8
        return
      }
      entry = reader.offset
      readEntry(&reader)
    }

    private mutating func readEntry(_ reader: inout ByteReader) {
      let code = reader.uleb()
      guard var kind = DwarfAbbreviations.attributes(of: code, sections.abbreviations, at: abbreviations) else {
        return
      }
      var (low, high, list, name): (Value?, Value?, Value?, Value?)
      while let attribute = DwarfAbbreviations.next(&kind) {
        let value = (attribute.form, DwarfForm.read(attribute.form, attribute.implicit, &reader, encoding))
        // The bases come after what counts from them.
        switch attribute.name {
        case Attribute.lowAddress: low = value
        case Attribute.highAddress: high = value
        case Attribute.ranges: list = value
        case Attribute.folder: name = value
        case Attribute.lines: lines = Int(truncatingIfNeeded: value.1)
        case Attribute.stringBase: stringBase = Int(truncatingIfNeeded: value.1)
        case Attribute.addressBase: addressBase = Int(truncatingIfNeeded: value.1)
        case Attribute.rangeBase: rangeBase = Int(truncatingIfNeeded: value.1)
        default: break
        }
      }
      guard !reader.isBroken else {
        lines = nil
        return
      }
      lowAddress = low.map(address) ?? 0
      if let high { highAddress = end(high, after: lowAddress) }
      ranges = list.map(rangeOffset)
      folderName = name
    }

    /// The folder that the compiler ran in.
    var folder: String? { folderName.flatMap(string) }

    /// Whether code of the program was made of it.
    var hasCode: Bool { lines != nil && (ranges != nil || highAddress > lowAddress) }

    func address(_ value: Value) -> UInt {
      guard value.form != DwarfForm.address else { return value.number }
      return indexed(sections.addresses, addressBase, value.number, encoding.addressSize)
    }

    private func indexed(_ section: Bytes, _ base: Int, _ index: UInt, _ size: Int) -> UInt {
      guard index < 1 << 32 else { return 0 }
      var reader = ByteReader(section, at: base &+ Int(bitPattern: index) &* size)
      return reader.number(size)
    }

    /// The end of a piece of code: an address, or its length.
    func end(_ value: Value, after start: UInt) -> UInt {
      DwarfForm.constants.contains(value.form) ? start &+ value.number : address(value)
    }

    /// Where a list of ranges is.
    func rangeOffset(_ value: Value) -> Int {
      guard value.form == DwarfForm.rangeListIndex else { return Int(truncatingIfNeeded: value.number) }
      let base = rangeBase
      return base &+ Int(truncatingIfNeeded: indexed(sections.rangeLists, base, value.number, encoding.offsetSize))
    }

    /// Where the entry is that another one names: most count from the unit, one form counts from the section.
    func place(_ value: Value) -> Int {
      let number = Int(truncatingIfNeeded: value.number)
      return value.form == 0x10 ? number : start &+ number
    }

    func string(_ value: Value) -> String? {
      let offset = Int(truncatingIfNeeded: value.number)
      switch value.form {
      case DwarfForm.string: return sections.information.string(at: offset)
      case DwarfForm.stringOffset: return sections.strings.string(at: offset)
      case DwarfForm.lineStringOffset: return sections.lineStrings.string(at: offset)
      case 0x1A, 0x25, 0x26, 0x27, 0x28, 0x1F02:
        let place = indexed(sections.stringOffsets, stringBase, value.number, encoding.offsetSize)
        return sections.strings.string(at: Int(truncatingIfNeeded: place))
      default: return nil
      }
    }

    /// Calls `body` with each piece of a list of ranges.
    func forEachRange(at offset: Int, _ body: (_ start: UInt, _ end: UInt) -> Void) {
      if encoding.version >= 5 { forEachListed(at: offset, body) } else { forEachPair(at: offset, body) }
    }

    /// Pairs of addresses, until one of zeros.
    private func forEachPair(at offset: Int, _ body: (UInt, UInt) -> Void) {
      var reader = ByteReader(sections.ranges, at: offset)
      let size = encoding.addressSize
      let newBase: UInt = size == 8 ? .max : 0xFFFF_FFFF
      var base = lowAddress
      while !reader.isAtEnd {
        let start = reader.number(size)
        let end = reader.number(size)
        if reader.isBroken || (start == 0 && end == 0) { return }
        if start == newBase {
          base = end
        } else if start < end {
          body(base &+ start, base &+ end)
        }
      }
    }

    /// Entries of DWARF 5, 7.25.
    private func forEachListed(at offset: Int, _ body: (UInt, UInt) -> Void) {
      var reader = ByteReader(sections.rangeLists, at: offset)
      let size = encoding.addressSize
      var base = lowAddress
      func indexed(_ index: UInt) -> UInt { self.indexed(sections.addresses, addressBase, index, size) }
      while !reader.isAtEnd {
        var (start, end): (UInt, UInt) = (0, 0)
        switch reader.byte() {
        case 1:
          base = indexed(reader.uleb())
          continue
        case 2: (start, end) = (indexed(reader.uleb()), indexed(reader.uleb()))
        case 3:
          start = indexed(reader.uleb())
          end = start &+ reader.uleb()
        case 4: (start, end) = (base &+ reader.uleb(), base &+ reader.uleb())
        case 5:
          base = reader.number(size)
          continue
        case 6: (start, end) = (reader.number(size), reader.number(size))
        case 7:
          start = reader.number(size)
          end = start &+ reader.uleb()
        default: return
        }
        if reader.isBroken { return }
        if start < end { body(start, end) }
      }
    }
  }
#endif
