#if ELF && _pointerBitWidth(_64) && _endian(little)
  /// The functions of one unit, and what was inlined into them.
  struct DwarfFunctions: Sendable {
    private let unit: DwarfUnit
    private var calls: ContiguousArray<InlinedCall> = []
    private var windows: ContiguousArray<Window> = []

    /// A piece of code that stands in one function and was written in another.
    private struct InlinedCall: Sendable {
      var start: UInt
      var end: UInt
      /// The entry of the function that was inlined.
      var entry: Int
      var place: Place
    }

    /// Where an inlined function was called.
    struct Place: Sendable {
      var file: UInt = 0
      var line: UInt = 0
      var column: UInt = 0
    }

    /// A piece of a function. Its inlined calls begin at `first`, and end where those of another function begin.
    private struct Window: Sendable {
      var start: UInt
      var end: UInt
      var first: Int
    }

    private static let subprogram: UInt = 0x2E
    private static let inlinedCall: UInt = 0x1D

    init(_ unit: DwarfUnit) {
      self.unit = unit
      let kinds = DwarfAbbreviations(unit.sections.abbreviations, at: unit.abbreviations, for: unit.encoding)
      var reader = ByteReader(unit.sections.information, at: unit.entry, end: unit.end)
      // The functions around the entry, the innermost last; of an entry that is none, what is around it.
      var around: [Range<Int>] = []
      while !reader.isAtEnd {
        let code = reader.uleb()
        if code == 0 {
          guard let closed = around.popLast() else { return }
          // What follows belongs to the function around the one that ended.
          if let outer = around.last, outer != closed { reopen(outer) }
          continue
        }
        guard let kind = kinds[code] else { return }
        var inside = around.last ?? 0..<0
        if kind.tag == Self.subprogram {
          let first = windows.count
          read(kind, &reader)
          inside = first..<windows.count
        } else if kind.tag == Self.inlinedCall {
          read(kind, &reader)
        } else if let size = kind.size {
          reader.skip(size)
        } else {
          for attribute in kind.attributes {
            _ = DwarfForm.read(attribute.form, attribute.implicit, &reader, unit.encoding)
          }
        }
        if kind.hasChildren { around.append(inside) }
      }
    }

    private mutating func reopen(_ function: Range<Int>) {
      for index in function {
        var window = windows[index]
        // Nothing was inlined in between: it is open still.
        let latest = windows.last { $0.start == window.start && $0.end == window.end }
        guard latest?.first != calls.count else { continue }
        window.first = calls.count
        windows.append(window)
      }
    }

    private mutating func read(_ kind: DwarfAbbreviations.Kind, _ reader: inout ByteReader) {
      var (low, high, list, origin): (DwarfUnit.Value?, DwarfUnit.Value?, DwarfUnit.Value?, DwarfUnit.Value?)
      var place = Place()
      for attribute in kind.attributes {
        let value = (attribute.form, DwarfForm.read(attribute.form, attribute.implicit, &reader, unit.encoding))
        switch attribute.name {
        case DwarfUnit.Attribute.lowAddress: low = value
        case DwarfUnit.Attribute.highAddress: high = value
        case DwarfUnit.Attribute.ranges: list = value
        case DwarfUnit.Attribute.origin: origin = value
        case DwarfUnit.Attribute.callFile: place.file = value.1
        case DwarfUnit.Attribute.callLine: place.line = value.1
        case DwarfUnit.Attribute.callColumn: place.column = value.1
        default: break
        }
      }
      guard !reader.isBroken else { return }
      let isInlined = kind.tag == Self.inlinedCall
      let entry = origin.map(unit.place) ?? 0
      func add(_ start: UInt, _ end: UInt) {
        guard start != 0, start < end else { return }
        if isInlined {
          calls.append(InlinedCall(start: start, end: end, entry: entry, place: place))
        } else {
          windows.append(Window(start: start, end: end, first: calls.count))
        }
      }
      if let list {
        unit.forEachRange(at: unit.rangeOffset(list), add)
      } else if let low, let high {
        let start = unit.address(low)
        add(start, unit.end(high, after: start))
      }
    }

    /// What was inlined at an address, outermost first: the entries of the functions, and where each was called.
    func inlined(at address: UInt) -> [(entry: Int, place: Place)] {
      var found: [(entry: Int, place: Place)] = []
      windows.withUnsafeBufferPointer { windows in
        var index = 0
        while index < windows.count {
          if windows[index].start <= address, address < windows[index].end {
            add(callsOf(index, in: windows), at: address, to: &found)
          }
          index &+= 1
        }
      }
      return found
    }

    private func callsOf(_ window: Int, in windows: UnsafeBufferPointer<Window>) -> Range<Int> {
      let first = windows[window].first
      var next = window
      while next < windows.count, windows[next].first <= first { next &+= 1 }
      return first..<(next < windows.count ? windows[next].first : calls.count)
    }

    private func add(_ range: Range<Int>, at address: UInt, to found: inout [(entry: Int, place: Place)]) {
      for call in calls[range] where call.start <= address && address < call.end {
        found.append((call.entry, call.place))
      }
    }
  }
#endif
