#if os(Linux) && _pointerBitWidth(_64) && _endian(little)
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

    /// - Parameter code: Stops behind the kind of that code: all, where it is `nil`.
    init(_ section: Bytes, at offset: Int, for unit: DwarfEncoding, only code: UInt? = nil) {
      var reader = ByteReader(section, at: offset)
      while true {
        let number = reader.uleb()
        guard number != 0, !reader.isBroken else { return }
        let kind = Self.kind(&reader, unit)
        guard !reader.isBroken else { return }
        if number != UInt(bitPattern: kinds.count &+ 1) { sparse[number] = kinds.count }
        kinds.append(kind)
        if number == code { return }
      }
    }

    private static func kind(_ reader: inout ByteReader, _ unit: DwarfEncoding) -> Kind {
      let tag = reader.uleb()
      let hasChildren = reader.byte() != 0
      var attributes: [Attribute] = []
      var size: Int? = 0
      while true {
        let name = reader.uleb()
        let form = reader.uleb()
        if reader.isBroken || (name == 0 && form == 0) { break }
        let implicit = form == DwarfForm.implicitConstant ? reader.sleb() : 0
        attributes.append(Attribute(name: name, form: form, implicit: implicit))
        if let sum = size { size = DwarfForm.size(form, unit).map { sum &+ $0 } }
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
