#if os(Linux) && _pointerBitWidth(_64) && _endian(little)
  /// Finds what begins last at or before an address, among some hundred thousand, without sorting them: in a debug build that
  /// would take ten times as long.
  struct AddressIndex: Sendable {
    /// `address << 24 | number`, by page, in any order within one.
    private var entries: ContiguousArray<UInt>
    /// Where in `entries` each page begins, and the end.
    private var pages: ContiguousArray<Int>
    private let first: UInt

    private static let pageShift: UInt = 12
    private static let numberShift: UInt = 24
    private static let pageLimit: UInt = 1 << 22

    /// An entry of the index; `nil` where an address or number is larger than any of a real file.
    static func entry(address: UInt, number: Int) -> UInt? {
      guard address != 0, address < 1 << 40, number >= 0, number < 1 << 24 else { return nil }
      return address &<< numberShift | UInt(bitPattern: number)
    }

    /// - Parameter unordered: From `entry(address:number:)`.
    init(_ unordered: ContiguousArray<UInt>) {
      var (low, high) = (UInt.max, UInt(0))
      for entry in unordered {
        if entry < low { low = entry }
        if entry > high { high = entry }
      }
      let shift = Self.pageShift &+ Self.numberShift
      first = unordered.isEmpty ? 0 : low &>> shift
      let count = unordered.isEmpty ? 0 : (high &>> shift) &- first &+ 1
      guard count > 0, count <= Self.pageLimit else {
        entries = []
        pages = [0]
        return
      }
      let first = first
      var starts = ContiguousArray(repeating: 0, count: Int(bitPattern: count) &+ 1)
      for entry in unordered { starts[Int(bitPattern: entry &>> shift &- first)] &+= 1 }
      var sum = 0
      for page in starts.indices {
        let size = starts[page]
        starts[page] = sum
        sum &+= size
      }
      var next = starts
      var placed = ContiguousArray(repeating: UInt(0), count: unordered.count)
      for entry in unordered {
        let page = Int(bitPattern: entry &>> shift &- first)
        placed[next[page]] = entry
        next[page] &+= 1
      }
      entries = placed
      pages = starts
    }

    /// The number of the entry with the highest address that is not above `address`.
    func number(at address: UInt) -> (number: Int, start: UInt)? {
      guard !entries.isEmpty, address < 1 << 40, address &>> Self.pageShift >= first else { return nil }
      let limit = address &<< Self.numberShift | (1 &<< Self.numberShift &- 1)
      var page = Int(bitPattern: min(address &>> Self.pageShift &- first, UInt(bitPattern: pages.count - 2)))
      while page >= 0 {
        var best: UInt = 0
        for index in pages[page]..<pages[page + 1] where entries[index] <= limit && entries[index] > best {
          best = entries[index]
        }
        if best != 0 {
          return (Int(bitPattern: best & (1 &<< Self.numberShift &- 1)), best &>> Self.numberShift)
        }
        page -= 1
      }
      return nil
    }
  }
#endif
