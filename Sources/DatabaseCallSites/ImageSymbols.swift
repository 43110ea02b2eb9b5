internal import DatabaseSupport

/// What the platform tells of the words of a stack.
package enum ImageSymbols {
  #if ELF && _pointerBitWidth(_64) && _endian(little)
    private static let images = Locked(Images())

    private struct Images {
      var loaded: [LoadedImage] = []
      /// By path; `nil` where the file cannot be read.
      var information: [String: DebugInformation?] = [:]
    }

    /// The function of each word, without file and line.
    static func named(_ words: [UInt]) -> [UInt: [StackFrame]] {
      frames(of: words) { word, address, image, information in
        if KnownModules.isSystemImage(image.path) { return [dynamicSymbol(at: address, of: word, in: image)] }
        guard let information else { return nil }
        let symbol = information.symbols.function(at: information.address(address, in: image))
        return [StackFrame(word, DebugInformation.Frame(symbol: symbol), in: image)]
      }
    }

    /// The functions of each word with files and lines.
    static func located(_ words: [UInt]) -> [UInt: [StackFrame]] {
      let instructions = instructions(of: words)
      return frames(of: words, instructions) { word, address, image, information in
        guard let information else { return nil }
        let place = information.address(address, in: image)
        let frames =
          StackWord(word).isAwaiting
          ? information.frames(ofResumed: place, from: instructions[word] ?? []) : information.frames(at: place)
        return frames.map { StackFrame(word, $0, in: image) }
      }
    }

    /// The lines of each word; those of the toolchain's reader where an image has none of its own.
    static func lines(of words: [UInt]) -> [UInt: [SourceLine]] {
      var result: [UInt: [SourceLine]] = [:]
      var rest: [UInt] = []
      let instructions = instructions(of: words)
      for (word, image) in zip(words, loadedImages(of: words)) {
        guard let image, let address = StackWord(word).codeAddress, !KnownModules.isSystemImage(image.path) else {
          result[word] = [SourceLine(word: word)]
          continue
        }
        guard let information = information(of: image) else {
          rest.append(word)
          continue
        }
        let places =
          StackWord(word).isAwaiting ? instructions[word] ?? [] : [information.address(address, in: image)]
        result[word] =
          information.lines(atEach: places, isAwaiting: StackWord(word).isAwaiting) ?? [SourceLine(word: word)]
      }
      for (word, frames) in zip(rest, Symbolicator.frames(of: rest)) {
        let lines = frames.compactMap(SourceLine.init)
        result[word] = lines.isEmpty ? [SourceLine(word: word)] : lines
      }
      return result
    }

    /// Of awaiting functions, the addresses in their files of the instructions that await.
    private static func instructions(of words: [UInt]) -> [UInt: [UInt]] {
      let awaiting = words.filter { StackWord($0).isAwaiting }
      guard !awaiting.isEmpty else { return [:] }
      var byImage: [LoadedImage: [UInt]] = [:]
      for (word, image) in zip(awaiting, loadedImages(of: awaiting)) {
        if let image, !KnownModules.isSystemImage(image.path) { byImage[image, default: []].append(word) }
      }
      var found: [UInt: [UInt]] = [:]
      for (image, words) in byImage {
        guard let file = file(of: image) else { continue }
        var wordOfResume: [UInt: UInt] = [:]
        for word in words {
          if let address = StackWord(word).codeAddress { wordOfResume[file.address(address, in: image)] = word }
        }
        for (resume, instructions) in file.resumes.instructions(taking: Set(wordOfResume.keys)) {
          if let word = wordOfResume[resume] { found[word] = instructions }
        }
      }
      return found
    }

    /// - Parameter instructions: Of awaiting functions, where files and lines are wanted; `nil`: names alone.
    private static func frames(
      of words: [UInt], _ instructions: [UInt: [UInt]]? = nil,
      _ look: (_ word: UInt, _ address: UInt, LoadedImage, DebugInformation?) -> [StackFrame]?
    ) -> [UInt: [StackFrame]] {
      var result: [UInt: [StackFrame]] = [:]
      var rest: [(word: UInt, image: LoadedImage)] = []
      for (word, image) in zip(words, loadedImages(of: words)) {
        guard let image, let address = StackWord(word).codeAddress else { continue }
        let information = KnownModules.isSystemImage(image.path) ? nil : information(of: image)
        if let frames = look(word, address, image, information) {
          result[word] = frames
        } else {
          rest.append((word, image))
        }
      }
      #if canImport(Runtime)
        var entries: [UInt: CompactBacktrace.Entry] = [:]
        for (word, image) in rest {
          guard let address = StackWord(word).address else { continue }
          var entry = StackWord(word).isAwaiting ? CompactBacktrace.Entry.resume(address) : .returnAddress(address)
          if let file = file(of: image), let taking = instructions?[word], let instruction = taking.first,
            taking.count == 1
          {
            entry = .instruction(file.address(instruction, inProcessOf: image))
          }
          entries[word] = entry
        }
        if !rest.isEmpty {
          result.merge(ToolchainSymbols.frames(of: entries, isLocated: instructions != nil)) { first, _ in first }
        }
      #endif
      return result
    }

    private static func loadedImages(of words: [UInt]) -> [LoadedImage?] {
      let addresses = words.map { StackWord($0).codeAddress ?? 0 }
      func find(in loaded: [LoadedImage]) -> [LoadedImage?] {
        addresses.map { address in loaded.first { $0.base <= address && address < $0.endOfText } }
      }
      let known = find(in: images.withLock { $0.loaded })
      guard known.contains(where: { $0 == nil }) else { return known }
      let loaded = LoadedImage.all()
      images.withLock { $0.loaded = loaded }
      return find(in: loaded)
    }

    /// - Returns: `nil` where the file has no lines: the toolchain's reader knows files beside it.
    private static func information(of image: LoadedImage) -> DebugInformation? {
      file(of: image).flatMap { $0.hasLines ? $0 : nil }
    }

    private static func file(of image: LoadedImage) -> DebugInformation? {
      if let known = images.withLock({ $0.information[image.path] }) { return known }
      // Whatever was put in its place meanwhile: the program that runs is this one.
      let read = DebugInformation(path: image.isProgram ? "/proc/self/exe" : image.path)
      images.withLock { $0.information[image.path] = .some(read) }
      return read
    }

    /// A function that the dynamic loader knows: of a library of the system nothing else is asked.
    private static func dynamicSymbol(at address: UInt, of word: UInt, in image: LoadedImage) -> StackFrame {
      var found = DynamicSymbol()
      let isKnown = dlAddress(UnsafeRawPointer(bitPattern: address), &found) != 0
      let symbol = isKnown ? found.name.map { String(cString: $0) } : nil
      return StackFrame(word, DebugInformation.Frame(symbol: symbol), in: image)
    }
  #else
    /// By the dynamic loader alone.
    static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      Dictionary(uniqueKeysWithValues: addresses.map { ($0, [frame(at: $0)]) })
    }

    private static func frame(at word: UInt) -> StackFrame {
      var result = StackFrame(word: word)
      var found = DynamicSymbol()
      guard let address = StackWord(word).codeAddress, dlAddress(UnsafeRawPointer(bitPattern: address), &found) != 0
      else { return result }
      result.image = found.file.flatMap { String(cString: $0).split(separator: "/").last.map(String.init) }
      guard let symbol = found.name.map({ String(cString: $0) }) else { return result }
      result.take(SymbolName(symbol), symbol: symbol)
      return result
    }

    static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }

    /// Without debug information an address stands for itself.
    static func lines(of addresses: [UInt]) -> [UInt: [SourceLine]] {
      Dictionary(uniqueKeysWithValues: addresses.map { ($0, [SourceLine(word: $0)]) })
    }
  #endif
}

extension SourceLine {
  /// - Returns: `nil` for what has a file and no line: the compiler made it.
  fileprivate init?(_ frame: StackFrame) {
    guard let file = frame.file else {
      self.init(word: frame.word)
      return
    }
    guard let line = frame.line, line > 0 else { return nil }
    self.init(file: file, line: line, column: frame.column ?? 0)
  }
}

/// `Dl_info` of dlfcn.h, which the modules of some C libraries leave out, as the function.
private struct DynamicSymbol {
  var file: UnsafePointer<CChar>?
  var base: UnsafeRawPointer?
  var name: UnsafePointer<CChar>?
  var address: UnsafeRawPointer?
}

@_silgen_name("dladdr")
private func dlAddress(_ address: UnsafeRawPointer?, _ information: UnsafeMutablePointer<DynamicSymbol>) -> Int32

#if ELF && _pointerBitWidth(_64) && _endian(little)
  extension StackFrame {
    fileprivate init(_ word: UInt, _ frame: DebugInformation.Frame, in image: LoadedImage) {
      self.init(word: word)
      self.image = image.path.split(separator: "/").last.map(String.init)
      guard let symbol = frame.symbol else { return }
      take(SymbolName(symbol, readable: Demangler.demangledCxx(symbol)), symbol: symbol)
      takePlace(frame.path, frame.line, frame.column)
    }
  }
#endif

extension StackFrame {
  /// Sets where the function is written, whose name is known.
  mutating func takePlace(_ path: String?, _ line: Int?, _ column: Int?) {
    file = path
    self.line = line
    self.column = column
    let isEntry = symbol.map { ["main", "async_Main"].contains($0) || $0.hasSuffix("_main") } ?? false
    if isEntry, module == nil, path?.hasSuffix(".swift") == true { function = "main" }
  }
}
