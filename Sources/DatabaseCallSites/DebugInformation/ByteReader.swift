#if ELF && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// Bytes of a file that is mapped; whoever uses them holds the file.
  struct Bytes: @unchecked Sendable {  // Nobody writes to them.
    let start: UnsafeRawPointer
    let count: Int

    static let none = Bytes(start: UnsafeRawPointer(bitPattern: 8)!, count: 0)

    init(start: UnsafeRawPointer, count: Int) {
      self.start = start
      self.count = count
    }

    /// A part of them; empty where it would not lie within.
    subscript(offset: Int, count: Int) -> Bytes {
      guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return .none }
      return Bytes(start: start + offset, count: count)
    }

    /// The text at an offset up to its zero byte; `nil` where there is none.
    func string(at offset: Int) -> String? {
      guard let length = length(at: offset) else { return nil }
      return String(decoding: UnsafeRawBufferPointer(start: start + offset, count: length), as: UTF8.self)
    }

    /// Bytes from an offset to the next zero byte.
    func length(at offset: Int) -> Int? {
      guard offset >= 0, offset < count, let end = memchr(start + offset, 0, count - offset) else { return nil }
      return UnsafeRawPointer(end) - start - offset
    }
  }

  /// Reads numbers from bytes that may be anything: what lies outside of them is zero, and ends the reading.
  ///
  /// Debug information is read in debug builds: plain loads and comparisons, since nothing else is inlined there.
  struct ByteReader {
    let bytes: Bytes
    private(set) var offset: Int
    /// Reading ends here.
    private(set) var end: Int
    /// Whether something was read that is not there.
    private(set) var isBroken = false

    /// - Parameter end: Where to stop; at the end of the bytes where it lies behind it.
    init(_ bytes: Bytes, at offset: Int = 0, end: Int? = nil) {
      self.bytes = bytes
      self.end = bytes.count
      if let end, end >= 0, end < bytes.count { self.end = end }
      self.offset = offset
      if offset < 0 || offset > self.end { fail() }
    }

    /// Whether nothing is left.
    var isAtEnd: Bool { offset >= end }

    mutating func fail() {
      isBroken = true
      offset = end
    }

    /// Stops earlier than before.
    mutating func limit(to end: Int) {
      if end < offset { fail() } else if end < self.end { self.end = end }
    }

    mutating func move(to offset: Int) {
      if offset < 0 || offset > end { fail() } else { self.offset = offset }
    }

    mutating func skip(_ count: Int) {
      if count < 0 || count > end &- offset { fail() } else { offset &+= count }
    }

    /// An unsigned number of 1 to 8 bytes.
    mutating func number(_ size: Int) -> UInt {
      guard size <= 8, size <= end &- offset else {
        fail()
        return 0
      }
      var value: UInt = 0
      memcpy(&value, bytes.start + offset, size)
      offset &+= size
      return value
    }

    mutating func byte() -> UInt {
      guard offset < end else {
        fail()
        return 0
      }
      var value: UInt = 0
      memcpy(&value, bytes.start + offset, 1)
      offset &+= 1
      return value
    }

    /// A number as an offset or length: none that is this large is one.
    mutating func offset(_ size: Int) -> Int {
      let value = number(size)
      guard value <= UInt(bitPattern: Int.max) else {
        fail()
        return 0
      }
      return Int(bitPattern: value)
    }

    /// Seven bits in a byte, the least significant first.
    mutating func uleb() -> UInt {
      var value = byte()
      guard value >= 0x80 else { return value }
      value &= 0x7F
      var shift: UInt = 7
      while true {
        let next = byte()
        if shift < 64 { value |= (next & 0x7F) &<< shift }
        if next < 0x80 { return value }
        shift &+= 7
      }
    }

    /// The same with a sign.
    mutating func sleb() -> Int {
      var value: UInt = 0
      var shift: UInt = 0
      while true {
        let next = byte()
        if shift < 64 { value |= (next & 0x7F) &<< shift }
        shift &+= 7
        if next < 0x80 {
          if next & 0x40 != 0, shift < 64 { value |= UInt.max &<< shift }
          return Int(bitPattern: value)
        }
      }
    }

    /// Passes pairs of numbers of seven bits each, up to one of zeros.
    ///
    /// Of the kinds of entries that a program has it takes most of the time to pass those that are not looked for: one loop.
    ///
    /// - Parameter signed: A second number behind which a third one stands; less than 128.
    mutating func skipPairs(signedBehind signed: UInt) {
      let start = bytes.start.assumingMemoryBound(to: UInt8.self)
      let behind = UInt8(truncatingIfNeeded: signed)
      var at = offset
      // Numbers of the pair so far, and whether all were zero.
      var second = false
      var isZero = true
      while at < end {
        let byte = start[at]
        at &+= 1
        if byte >= 0x80 {
          isZero = false
          continue
        }
        if byte != 0 { isZero = false }
        if second {
          if isZero {
            offset = at
            return
          }
          isZero = true
          if byte == behind, start[at &- 2] < 0x80 {
            while at < end, start[at] >= 0x80 { at &+= 1 }
            at &+= 1
          }
        }
        second = !second
      }
      fail()
    }

    /// Passes a text, and returns where it begins.
    mutating func string() -> Int {
      let start = offset
      guard let length = bytes.length(at: start), length < end &- start else {
        fail()
        return start
      }
      offset &+= length &+ 1
      return start
    }

    /// The length of a unit of DWARF, and the size of offsets in it.
    mutating func unitLength() -> (length: Int, offsetSize: Int) {
      let short = offset(4)
      if short < 0xFFFF_FFF0 { return (short, 4) }
      guard short == 0xFFFF_FFFF else {
        fail()
        return (0, 4)
      }
      return (offset(8), 8)
    }
  }
#endif
