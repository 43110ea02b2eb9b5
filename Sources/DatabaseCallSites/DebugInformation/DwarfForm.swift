#if ELF && _pointerBitWidth(_64) && _endian(little)
  /// How the value of an attribute is written (DWARF 5, 7.5.6).
  enum DwarfForm {
    static let address: UInt = 0x01
    static let string: UInt = 0x08
    static let constants: Set<UInt> = [0x05, 0x06, 0x07, 0x0B, 0x0D, 0x0F, 0x21]
    static let implicitConstant: UInt = 0x21
    static let stringOffset: UInt = 0x0E
    static let lineStringOffset: UInt = 0x1F
    static let rangeListIndex: UInt = 0x23

    /// Bytes that a value takes; `nil` where they differ from value to value.
    static func size(_ form: UInt, _ unit: DwarfEncoding) -> Int? {
      switch form {
      case 0x01: unit.addressSize
      case 0x0B, 0x0C, 0x11, 0x25, 0x29: 1
      case 0x05, 0x12, 0x26, 0x2A: 2
      case 0x27, 0x2B: 3
      case 0x06, 0x13, 0x1C, 0x28, 0x2C: 4
      case 0x07, 0x14, 0x20, 0x24: 8
      case 0x1E: 16
      case 0x0E, 0x17, 0x1D, 0x1F, 0x1F20, 0x1F21: unit.offsetSize
      // Of DWARF 2 it is as long as an address.
      case 0x10: unit.version <= 2 ? unit.addressSize : unit.offsetSize
      case 0x19, 0x21: 0
      default: nil
      }
    }

    /// Reads a value: a number, an offset, an index; of a text that stands here where it begins; 0 for blocks.
    static func read(_ form: UInt, _ implicit: Int, _ reader: inout ByteReader, _ unit: DwarfEncoding) -> UInt {
      if let size = size(form, unit) {
        switch form {
        case 0x19: return 1
        case 0x21: return UInt(bitPattern: implicit)
        case 0x1E:
          reader.skip(16)
          return 0
        default: return reader.number(size)
        }
      }
      switch form {
      case 0x08: return UInt(bitPattern: reader.string())
      case 0x0D: return UInt(bitPattern: reader.sleb())
      case 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02: return reader.uleb()
      case 0x09, 0x18: reader.skip(Int(truncatingIfNeeded: reader.uleb()))
      case 0x0A: reader.skip(Int(bitPattern: reader.byte()))
      case 0x03: reader.skip(reader.offset(2))
      case 0x04: reader.skip(reader.offset(4))
      case 0x16:
        let actual = reader.uleb()
        // One that names itself again would have no end.
        if actual != 0x16 { return read(actual, 0, &reader, unit) }
        reader.fail()
      default: reader.fail()
      }
      return 0
    }
  }

  /// How a unit writes its numbers.
  struct DwarfEncoding: Sendable {
    var version = 4
    var addressSize = 8
    var offsetSize = 4
  }
#endif
