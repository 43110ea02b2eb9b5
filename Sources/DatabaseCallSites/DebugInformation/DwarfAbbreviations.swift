#if ELF && _pointerBitWidth(_64) && _endian(little)
  /// The kinds of entries that one unit has: their tags and the attributes that each of them writes.
  struct DwarfAbbreviations {
    struct Attribute {
      var name: UInt
      var form: UInt
      var implicit: Int
    }

    struct Kind {
      var tag: UInt
      var hasChildren: Bool
      var attributes: [Attribute]
      /// Bytes of all attributes; `nil` where they differ.
      var size: Int?
    }

    private var kinds: ContiguousArray<Kind> = []
    /// Where codes are not counted from 1.
    private var sparse: [UInt: Int] = [:]

    init(_ section: Bytes, at offset: Int, for unit: DwarfEncoding) {
      var reader = ByteReader(section, at: offset)
      while true {
        let number = reader.uleb()
        guard number != 0, !reader.isBroken else { return }
        let kind = Self.kind(&reader, unit)
        guard !reader.isBroken else { return }
        if number != UInt(bitPattern: kinds.count &+ 1) { sparse[number] = kinds.count }
        kinds.append(kind)
      }
    }

    /// The attributes of one kind, to be read with `next(_:)`: for one entry that is quicker than all kinds.
    static func attributes(of code: UInt, _ section: Bytes, at offset: Int) -> ByteReader? {
      var reader = ByteReader(section, at: offset)
      while true {
        let number = reader.uleb()
        guard number != 0, !reader.isBroken else { return nil }
        _ = reader.uleb()
        reader.skip(1)
        if number == code { return reader }
        reader.skipPairs(signedBehind: DwarfForm.implicitConstant)
      }
    }

    /// The next attribute of a kind; `nil` behind the last.
    static func next(_ reader: inout ByteReader) -> Attribute? {
      let name = reader.uleb()
      let form = reader.uleb()
      if reader.isBroken || (name == 0 && form == 0) { return nil }
      return Attribute(name: name, form: form, implicit: form == DwarfForm.implicitConstant ? reader.sleb() : 0)
    }

    private static func kind(_ reader: inout ByteReader, _ unit: DwarfEncoding) -> Kind {
      let tag = reader.uleb()
      let hasChildren = reader.byte() != 0
      var attributes: [Attribute] = []
      var size: Int? = 0
      while let attribute = next(&reader) {
        attributes.append(attribute)
        if let sum = size { size = DwarfForm.size(attribute.form, unit).map { sum &+ $0 } }
      }
      return Kind(tag: tag, hasChildren: hasChildren, attributes: attributes, size: size)
    }

    subscript(code: UInt) -> Kind? {
      if !sparse.isEmpty, let index = sparse[code] { return kinds[index] }
      guard code >= 1, code <= UInt(bitPattern: kinds.count) else { return nil }
      return kinds[Int(bitPattern: code &- 1)]
    }
  }
#endif
