internal import DatabaseSupport

#if ELF && _pointerBitWidth(_64) && _endian(little)
  internal import Synchronization

  /// What one program or library says of its code: functions, files and lines, those of inlined calls included.
  ///
  /// An index of its units is made when it is first asked; the lines of a unit are read when one of them is asked for, once.
  /// Of a program of 130 MB the index takes some ten milliseconds in a debug build, and a unit one. The `Runtime` module of the
  /// toolchain, which knows the same, reads the units from the beginning for each address.
  final class DebugInformation: Sendable {
    private let file: ELFFile
    private let knownSymbols = OnceReference<ELFSymbols>()
    private let knownMerged = OnceReference<MergedFunctions>()
    /// Where the addresses are taken at which awaiting functions are resumed.
    let resumes: ResumeInstructions
    private let sections: DwarfSections
    private let units: ContiguousArray<DwarfUnit>
    private let index: AddressIndex
    private let tables = Locked<[Int: Tables]>([:])

    private struct Tables: Sendable {
      var lines: DwarfLines
      var functions: DwarfFunctions
    }

    /// The file of what nobody wrote.
    private static let generated = "<compiler-generated>"

    /// One function at an address, as it is written.
    struct Frame: Sendable, Equatable {
      /// As it is in the file; `nil`: unknown.
      var symbol: String?
      var path: String?
      var line: Int?
      var column: Int?

      fileprivate var place: SourceLine {
        SourceLine(file: path ?? "", line: line ?? 0, column: column ?? 0)
      }
    }

    /// - Returns: `nil` where the file cannot be read.
    init?(path: String) {
      guard let file = ELFFile(path: path) else { return nil }
      self.file = file
      resumes = ResumeInstructions(file)
      sections = DwarfSections(file)
      (units, index) = Self.units(of: sections)
    }

    private static func units(of sections: DwarfSections) -> (ContiguousArray<DwarfUnit>, AddressIndex) {
      var units: ContiguousArray<DwarfUnit> = []
      var entries: ContiguousArray<UInt> = []
      var offset = 0
      while let unit = DwarfUnit(sections, at: offset) {
        offset = unit.end
        guard unit.hasCode else { continue }
        let number = units.count
        units.append(unit)
        // Code that the linker left out begins at zero.
        if let ranges = unit.ranges {
          unit.forEachRange(at: ranges) { start, _ in
            if let entry = AddressIndex.entry(address: start, number: number) { entries.append(entry) }
          }
        } else if let entry = AddressIndex.entry(address: unit.lowAddress, number: number) {
          entries.append(entry)
        }
      }
      return (units, AddressIndex(entries))
    }

    /// Made when a name is first asked for: to tell whether two addresses are one line takes none.
    var symbols: ELFSymbols { knownSymbols.value ?? knownSymbols.setIfNil(ELFSymbols(file)) }

    var merged: MergedFunctions {
      if let known = knownMerged.value { return known }
      return knownMerged.setIfNil(MergedFunctions(symbols.jumps))
    }

    /// Whether the function at an address of the file stands for several.
    func isMerged(at address: UInt) -> Bool {
      guard !merged.isEmpty, let start = symbols.start(ofFunctionAt: address) else { return false }
      return merged.contain(start, isDescribed: { lines(at: $0) != nil }, name: symbols.function(at:))
    }

    /// Whether there is any.
    var hasLines: Bool { !units.isEmpty }

    /// An address of the process as one of the file.
    func address(_ address: UInt, in image: LoadedImage) -> UInt { address &- image.base &+ file.lowestAddress }

    /// An address of the file as one of the process.
    func address(_ address: UInt, inProcessOf image: LoadedImage) -> UInt {
      address &- file.lowestAddress &+ image.base
    }

    /// The functions at an address of the file, the innermost of several that were inlined first; one without a name where the
    /// optimiser made one function of several.
    func frames(at address: UInt) -> [Frame] {
      if isMerged(at: address) { return [Frame()] }
      let function = symbols.function(at: address)
      guard let (number, _) = index.number(at: address) else { return [Frame(symbol: function)] }
      let tables = tables(of: number)
      var frames: [Frame] = []
      var place = tables.lines.row(at: address)
      func add(_ symbol: String?) {
        let path = place.flatMap { tables.lines.path($0.file) ?? ($0.line == 0 ? Self.generated : nil) }
        frames.append(
          Frame(
            symbol: symbol, path: path, line: place.map { Int(clamping: $0.line) },
            column: place.map { Int(clamping: $0.column) }))
      }
      for call in tables.functions.inlined(at: address).reversed() {
        let name = units[number].functionName(at: call.entry)
        // The scope that the compiler puts around the expansion of a macro is no function.
        if name == "__unknown_macro__" { continue }
        add(name)
        place = call.place
      }
      add(function)
      return frames
    }

    /// The functions that await until they are resumed at an address of the file, the innermost of several that were inlined
    /// first.
    ///
    /// The copies of a loop, and of a function that was inlined, take the address several times. What has no line the compiler made,
    /// as the forwarder of a closure that has the closure inlined. Of the lines those count that are the same everywhere, the
    /// innermost first: around a function that was inlined in two others they differ. Without such a line none of them is the
    /// awaiting one for certain, and there is none; nor a name, unless one function alone takes the address: what functions do last
    /// is the same for many, and the optimiser makes one of it.
    ///
    /// - Parameter instructions: The addresses of the instructions that take it.
    func frames(ofResumed resume: UInt, from instructions: [UInt]) -> [Frame] {
      Self.awaiting(instructions.map(frames(at:)), named: symbols.function(at: resume))
    }

    /// - Parameters:
    ///   - all: The functions at each of the instructions.
    ///   - symbol: The function that is resumed, as it is in the file.
    static func awaiting(_ all: [[Frame]], named symbol: String?) -> [Frame] {
      let located = all.map { $0.filter { ($0.line ?? 0) > 0 } }
      guard var common = located.first?[...] else { return [Frame(symbol: symbol)] }
      for frames in located {
        let count = zip(common, frames).prefix { $0.place == $1.place }.count
        common = common.prefix(count)
      }
      if !common.isEmpty { return Array(common) }
      let functions = Set(all.map { $0.last?.symbol.map(SymbolName.withoutPart) })
      return [Frame(symbol: functions.count == 1 && !functions.contains(nil) ? symbol : nil)]
    }

    /// The lines that are the same at all addresses; `nil` where there are none.
    ///
    /// - Parameter isAwaiting: Whether they await. Then there are none either where the optimiser lost the lines of a function that it
    ///   inlined, all that there are before the call: two calls of that function would have the line of its caller.
    func lines(atEach addresses: [UInt], isAwaiting: Bool) -> [SourceLine]? {
      guard let first = addresses.first, let lines = lines(at: first), !lines.isEmpty else { return nil }
      if isAwaiting, isLost(at: first) { return nil }
      return addresses.dropFirst().allSatisfy { self.lines(at: $0) == lines } ? lines : nil
    }

    /// Whether an address is in an inlined function, and nothing of the code before it has a line.
    private func isLost(at address: UInt) -> Bool {
      guard let (number, _) = index.number(at: address) else { return false }
      let tables = tables(of: number)
      guard !tables.functions.inlined(at: address).isEmpty else { return false }
      return !tables.lines.hasLine(from: symbols.start(ofFunctionAt: address) ?? address, through: address)
    }

    /// The lines at an address of the file, the innermost first, without looking for names; `nil`: it is in none of its units.
    func lines(at address: UInt) -> [SourceLine]? {
      guard let (number, _) = index.number(at: address) else { return nil }
      let tables = tables(of: number)
      guard let row = tables.lines.row(at: address) else { return nil }
      var found: [SourceLine] = []
      let calls = tables.functions.inlined(at: address).reversed()
      // What has no line the compiler made; a file without a name tells nothing apart.
      for place in [row] + calls.map(\.place) where place.line > 0 {
        guard let path = tables.lines.path(place.file) else { return nil }
        found.append(SourceLine(file: path, line: Int(clamping: place.line), column: Int(clamping: place.column)))
      }
      return found
    }

    /// Reads the lines of a unit; two threads that want the same ones both do, rather than one wait for the other.
    private func tables(of number: Int) -> Tables {
      if let known = tables.withLock({ $0[number] }) { return known }
      let read = Tables(lines: DwarfLines(units[number]), functions: DwarfFunctions(units[number]))
      tables.withLock { $0[number] = read }
      return read
    }
  }

  extension DwarfUnit {
    /// The name of the function that an entry is about, as the linker knows it, else as it is written.
    func functionName(at entry: Int) -> String? {
      var (entry, unit) = (entry, self)
      // An inlined function names its declaration, which may name another one.
      for _ in 0..<8 {
        if entry < unit.start || entry >= unit.end {
          guard let other = DwarfUnit.containing(entry, in: sections) else { return nil }
          unit = other
        }
        var reader = ByteReader(sections.information, at: entry, end: unit.end)
        let code = reader.uleb()
        guard var kind = DwarfAbbreviations.attributes(of: code, sections.abbreviations, at: unit.abbreviations) else {
          return nil
        }
        var (linkage, name, next): (Value?, Value?, Value?)
        while let attribute = DwarfAbbreviations.next(&kind) {
          let value = (attribute.form, DwarfForm.read(attribute.form, attribute.implicit, &reader, unit.encoding))
          switch attribute.name {
          case Attribute.linkageName, Attribute.oldLinkageName: linkage = value
          case Attribute.name: name = value
          case Attribute.origin, Attribute.specification: next = value
          default: break
          }
        }
        guard !reader.isBroken else { return nil }
        if let text = (linkage ?? name).flatMap(unit.string) { return text }
        guard let next else { return nil }
        entry = unit.place(next)
      }
      return nil
    }

    /// The unit that an entry is in.
    private static func containing(_ entry: Int, in sections: DwarfSections) -> DwarfUnit? {
      var offset = 0
      while let unit = DwarfUnit(sections, at: offset) {
        if entry < unit.end { return unit }
        offset = unit.end
      }
      return nil
    }
  }
#endif
