#if ELF && _pointerBitWidth(_64) && _endian(little)
  /// The lines of one unit: where in the source each piece of its code is written (DWARF 5, 6.2).
  struct DwarfLines: Sendable {
    /// Paths, by the numbers that rows and calls have.
    private(set) var files: [String] = []
    private var rows: ContiguousArray<Row> = []
    private var sequences: ContiguousArray<Sequence> = []
    /// Of files, in DWARF 4 and older.
    private var firstFile = 1

    struct Row: Sendable {
      var address: UInt
      var file: UInt32
      var line: UInt32
      var column: UInt32
    }

    /// Rows of ascending addresses.
    private struct Sequence: Sendable {
      var start: UInt
      var end: UInt
      var rows: Range<Int>
    }

    private struct Header {
      var instructionLength: UInt = 1
      var lineBase = 0
      var lineRange: UInt = 1
      var opcodeBase: UInt = 1
      var operands: [UInt] = []
    }

    init(_ unit: DwarfUnit) {
      guard let offset = unit.lines else { return }
      var reader = ByteReader(unit.sections.lines, at: offset)
      guard let header = readHeader(&reader, unit) else { return }
      run(&reader, header, unit)
    }

    /// The path of a file.
    func path(_ number: UInt) -> String? {
      let index = Int(truncatingIfNeeded: number) &- firstFile
      return index >= 0 && index < files.count ? files[index] : nil
    }

    /// The line that an address is in.
    func row(at address: UInt) -> DwarfFunctions.Place? {
      guard let index = index(at: address) else { return nil }
      return DwarfFunctions.Place(
        file: UInt(rows[index].file), line: UInt(rows[index].line), column: UInt(rows[index].column))
    }

    /// Whether any of the code from one address up to another has a line.
    func hasLine(from start: UInt, through end: UInt) -> Bool {
      guard var index = index(at: end) else { return false }
      while rows[index].line == 0 {
        guard index > 0, rows[index].address > start, rows[index - 1].address >= start else { return false }
        index -= 1
      }
      return true
    }

    private func index(at address: UInt) -> Int? {
      let found = sequences.withUnsafeBufferPointer { sequences -> Sequence? in
        var index = 0
        while index < sequences.count {
          if sequences[index].start <= address, address < sequences[index].end { return sequences[index] }
          index &+= 1
        }
        return nil
      }
      guard let sequence = found else { return nil }
      // The last one that does not begin behind the address.
      var (low, high) = (sequence.rows.lowerBound, sequence.rows.upperBound)
      while high &- low > 1 {
        let middle = (low &+ high) / 2
        if rows[middle].address <= address { low = middle } else { high = middle }
      }
      return low
    }

    private mutating func readHeader(_ reader: inout ByteReader, _ unit: DwarfUnit) -> Header? {
      let (length, offsetSize) = reader.unitLength()
      guard !reader.isBroken, length <= reader.end - reader.offset else { return nil }
      reader.limit(to: reader.offset + length)
      let version = reader.offset(2)
      guard (2...5).contains(version) else { return nil }
      if version >= 5 { reader.skip(2) }
      let size = reader.offset(offsetSize)
      let program = reader.offset &+ size
      var header = Header()
      header.instructionLength = reader.byte()
      if version >= 4 { reader.skip(1) }
      reader.skip(1)
      header.lineBase = Int(Int8(truncatingIfNeeded: reader.byte()))
      header.lineRange = reader.byte()
      header.opcodeBase = reader.byte()
      guard header.lineRange > 0, header.opcodeBase > 0 else { return nil }
      for _ in 1..<header.opcodeBase { header.operands.append(reader.byte()) }
      if version >= 5 {
        var encoding = unit.encoding
        encoding.offsetSize = offsetSize
        readTables(&reader, unit, encoding)
      } else {
        readOldTables(&reader, unit)
      }
      reader.move(to: program)
      return reader.isBroken ? nil : header
    }

    private static func join(_ folder: String?, _ name: String) -> String {
      guard let folder, !folder.isEmpty, !name.hasPrefix("/") else { return name }
      return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    private mutating func readOldTables(_ reader: inout ByteReader, _ unit: DwarfUnit) {
      var folders = [unit.folder ?? ""]
      while !reader.isAtEnd {
        let start = reader.string()
        guard !reader.isBroken, let text = reader.bytes.string(at: start), !text.isEmpty else { break }
        folders.append(Self.join(unit.folder, text))
      }
      while !reader.isAtEnd {
        let start = reader.string()
        guard !reader.isBroken, let text = reader.bytes.string(at: start), !text.isEmpty else { break }
        let folder = Int(truncatingIfNeeded: reader.uleb())
        _ = reader.uleb()
        _ = reader.uleb()
        files.append(Self.join(folders.indices.contains(folder) ? folders[folder] : nil, text))
      }
    }

    /// Folders and files as entries whose form is described before them.
    private mutating func readTables(_ reader: inout ByteReader, _ unit: DwarfUnit, _ encoding: DwarfEncoding) {
      firstFile = 0
      let folders = Self.entries(&reader, unit, encoding).map { Self.join(unit.folder, $0.path) }
      files = Self.entries(&reader, unit, encoding).map { entry in
        Self.join(folders.indices.contains(entry.folder) ? folders[entry.folder] : nil, entry.path)
      }
    }

    private static func entries(
      _ reader: inout ByteReader, _ unit: DwarfUnit, _ encoding: DwarfEncoding
    ) -> [(path: String, folder: Int)] {
      let formats = (0..<reader.byte()).map { _ in (content: reader.uleb(), form: reader.uleb()) }
      let count = reader.uleb()
      var entries: [(path: String, folder: Int)] = []
      // Each takes a byte at least.
      guard !formats.isEmpty, count <= UInt(bitPattern: reader.end &- reader.offset) else { return [] }
      for _ in 0..<count {
        var entry = (path: "", folder: 0)
        for format in formats {
          // A text may stand in this section, in another, or be numbered.
          let value = (format.form, DwarfForm.read(format.form, 0, &reader, encoding))
          if format.content == 1 {
            let offset = Int(truncatingIfNeeded: value.1)
            entry.path =
              (format.form == DwarfForm.string ? reader.bytes.string(at: offset) : unit.string(value)) ?? ""
          }
          if format.content == 2 { entry.folder = Int(truncatingIfNeeded: value.1) }
        }
        guard !reader.isBroken else { return entries }
        entries.append(entry)
      }
      return entries
    }

    private mutating func run(_ reader: inout ByteReader, _ header: Header, _ unit: DwarfUnit) {
      var row = Row(address: 0, file: 1, line: 1, column: 0)
      var first = 0
      let addressSize = unit.encoding.addressSize
      let constant = (255 &- header.opcodeBase) / header.lineRange &* header.instructionLength
      while !reader.isAtEnd {
        let opcode = reader.byte()
        if opcode >= header.opcodeBase {
          let special = opcode &- header.opcodeBase
          row.address &+= special / header.lineRange &* header.instructionLength
          let advance = header.lineBase &+ Int(bitPattern: special % header.lineRange)
          row.line = UInt32(truncatingIfNeeded: Int(row.line) &+ advance)
          rows.append(row)
          continue
        }
        switch opcode {
        case 0:
          let length = Int(truncatingIfNeeded: reader.uleb())
          let next = reader.offset &+ length
          guard length > 0, next > reader.offset, next <= reader.end else { return }
          let code = reader.byte()
          if code == 1 {
            // Code that the linker left out begins at zero.
            if rows.count > first, rows[first].address != 0 {
              sequences.append(Sequence(start: rows[first].address, end: row.address, rows: first..<rows.count))
            } else {
              rows.removeLast(rows.count - first)
            }
            first = rows.count
            row = Row(address: 0, file: 1, line: 1, column: 0)
          } else if code == 2 {
            row.address = reader.number(min(8, max(1, length &- 1)) == addressSize ? addressSize : 8)
          }
          reader.move(to: next)
        case 1: rows.append(row)
        case 2: row.address &+= reader.uleb() &* header.instructionLength
        case 3: row.line = UInt32(truncatingIfNeeded: Int(row.line) &+ reader.sleb())
        case 4: row.file = UInt32(truncatingIfNeeded: reader.uleb())
        case 5: row.column = UInt32(truncatingIfNeeded: reader.uleb())
        case 8: row.address &+= constant
        case 9: row.address &+= reader.number(2)
        default:
          let operands = Int(bitPattern: opcode) &- 1
          guard operands < header.operands.count else { return }
          for _ in 0..<header.operands[operands] { _ = reader.uleb() }
        }
      }
    }
  }
#endif
