#if ELF && _pointerBitWidth(_64) && _endian(little)
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
      let shift = Self.pageShift &+ Self.numberShift
      var (first, pageCount) = (UInt(0), UInt(0))
      var starts: ContiguousArray<Int> = [0]
      var placed: ContiguousArray<UInt> = []
      // Loops over plain memory: arrays are slow where nothing is optimised.
      unordered.withUnsafeBufferPointer { unordered in
        guard let entries = unordered.baseAddress else { return }
        var index = 0
        while index < unordered.count {
          if entries[index] < low { low = entries[index] }
          if entries[index] > high { high = entries[index] }
          index &+= 1
        }
        first = low &>> shift
        pageCount = (high &>> shift) &- first &+ 1
        guard pageCount <= Self.pageLimit else { return }
        let base = Int(bitPattern: first)
        starts = ContiguousArray(repeating: 0, count: Int(bitPattern: pageCount) &+ 1)
        placed = ContiguousArray(repeating: 0, count: unordered.count)
        starts.withUnsafeMutableBufferPointer { starts in
          guard let starts = starts.baseAddress else { return }
          index = 0
          while index < unordered.count {
            starts[Int(bitPattern: entries[index] &>> shift) &- base] &+= 1
            index &+= 1
          }
          // Where each page ends: from there it is filled backwards, until all begin where they begin.
          var sum = 0
          var page = 0
          while page <= Int(bitPattern: pageCount) {
            sum &+= starts[page]
            starts[page] = sum
            page &+= 1
          }
          placed.withUnsafeMutableBufferPointer { placed in
            guard let placed = placed.baseAddress else { return }
            index = 0
            while index < unordered.count {
              let page = Int(bitPattern: entries[index] &>> shift) &- base
              starts[page] &-= 1
              placed[starts[page]] = entries[index]
              index &+= 1
            }
          }
        }
      }
      self.first = first
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
