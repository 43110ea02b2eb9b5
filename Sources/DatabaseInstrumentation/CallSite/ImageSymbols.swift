#if canImport(Darwin)
  internal import Darwin
#endif

/// What the platform tells of addresses.
enum ImageSymbols {
  #if os(Linux) && _pointerBitWidth(_64) && _endian(little)
    private static let images = Locked(Images())

    private struct Images {
      var loaded: [LoadedImage] = []
      /// By path; `nil` where the file has no debug information.
      var information: [String: DebugInformation?] = [:]
    }

    /// The function at each address, without file and line.
    static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      frames(of: addresses) { address, image, information in
        if KnownModules.isSystemImage(image.path) { return [dynamicSymbol(at: address, in: image)] }
        guard let information else { return nil }
        let symbol = information.symbols.function(at: information.address(address &- 1, in: image))
        return [StackFrame(address, DebugInformation.Frame(symbol: symbol), in: image)]
      }
    }

    /// The functions at each address with files and lines.
    static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      frames(of: addresses, isLocated: true) { address, image, information in
        information.map { information in
          information.frames(at: information.address(address &- 1, in: image)).map {
            StackFrame(address, $0, in: image)
          }
        }
      }
    }

    /// The lines at each address; those of the toolchain's reader where an image has none of its own.
    static func lines(of addresses: [UInt]) -> [UInt: [SourceLine]] {
      var result: [UInt: [SourceLine]] = [:]
      var rest: [UInt] = []
      for (address, image) in zip(addresses, loadedImages(of: addresses)) {
        guard let image, !KnownModules.isSystemImage(image.path) else {
          result[address] = [SourceLine(address: address)]
          continue
        }
        if let information = information(of: image) {
          result[address] =
            information.lines(at: information.address(address &- 1, in: image)) ?? [SourceLine(address: address)]
        } else {
          rest.append(address)
        }
      }
      for (address, frames) in zip(rest, Symbolicator.frames(of: rest)) {
        result[address] = frames.compactMap(SourceLine.init)
      }
      return result
    }

    private static func frames(
      of addresses: [UInt], isLocated: Bool = false,
      _ look: (UInt, LoadedImage, DebugInformation?) -> [StackFrame]?
    ) -> [UInt: [StackFrame]] {
      var result: [UInt: [StackFrame]] = [:]
      var rest: [UInt] = []
      for (address, image) in zip(addresses, loadedImages(of: addresses)) {
        // A return address may be the first of the next function: the call is before it.
        guard let image else { continue }
        let information = KnownModules.isSystemImage(image.path) ? nil : information(of: image)
        if let frames = look(address, image, information) { result[address] = frames } else { rest.append(address) }
      }
      #if canImport(Runtime)
        if !rest.isEmpty { result.merge(ToolchainSymbols.frames(of: rest, isLocated: isLocated)) { first, _ in first } }
      #endif
      return result
    }

    private static func loadedImages(of addresses: [UInt]) -> [LoadedImage?] {
      func find(in loaded: [LoadedImage]) -> [LoadedImage?] {
        addresses.map { address in loaded.first { $0.base < address && address <= $0.endOfText } }
      }
      let known = find(in: images.withLock { $0.loaded })
      guard known.contains(where: { $0 == nil }) else { return known }
      let loaded = LoadedImage.all()
      images.withLock { $0.loaded = loaded }
      return find(in: loaded)
    }

    /// - Returns: `nil` where the file has none: the toolchain's reader knows files beside it.
    private static func information(of image: LoadedImage) -> DebugInformation? {
      if let known = images.withLock({ $0.information[image.path] }) { return known }
      // Whatever was put in its place meanwhile: the program that runs is this one.
      var read = DebugInformation(path: image.isProgram ? "/proc/self/exe" : image.path)
      if read?.hasLines == false { read = nil }
      images.withLock { $0.information[image.path] = .some(read) }
      return read
    }

    /// A function that the dynamic loader knows: of a library of the system nothing else is asked.
    private static func dynamicSymbol(at address: UInt, in image: LoadedImage) -> StackFrame {
      var found = DynamicSymbol()
      let isKnown = dlAddress(UnsafeRawPointer(bitPattern: address &- 1), &found) != 0
      let symbol = isKnown ? found.name.map { String(cString: $0) } : nil
      return StackFrame(address, DebugInformation.Frame(symbol: symbol), in: image)
    }
  #elseif canImport(Darwin)
    static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      Dictionary(uniqueKeysWithValues: addresses.map { ($0, [frame(at: $0)]) })
    }

    private static func frame(at address: UInt) -> StackFrame {
      var result = StackFrame(address: address)
      var information = Dl_info()
      // A return address may be the first of the next function: the call is before it.
      guard address > 0, dladdr(UnsafeRawPointer(bitPattern: address - 1), &information) != 0 else { return result }
      result.image = information.dli_fname.map { String(cString: $0) }
      guard let symbol = information.dli_sname.map({ String(cString: $0) }) else { return result }
      result.take(SymbolName(symbol), symbol: symbol)
      return result
    }

    static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
  #else
    static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
    static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
  #endif

  #if !(os(Linux) && _pointerBitWidth(_64) && _endian(little))
    /// Without debug information an address stands for itself.
    static func lines(of addresses: [UInt]) -> [UInt: [SourceLine]] {
      Dictionary(uniqueKeysWithValues: addresses.map { ($0, [SourceLine(address: $0)]) })
    }
  #endif
}

extension SourceLine {
  /// - Returns: `nil` for what has a file and no line: the compiler made it.
  fileprivate init?(_ frame: StackFrame) {
    guard let file = frame.file else {
      self.init(address: frame.address)
      return
    }
    guard let line = frame.line, line > 0 else { return nil }
    self.init(file: file, line: line, column: frame.column ?? 0)
  }
}

#if os(Linux) && _pointerBitWidth(_64) && _endian(little)
  /// `Dl_info` of dlfcn.h, which the modules of the C library leave out, as the function.
  private struct DynamicSymbol {
    var file: UnsafePointer<CChar>?
    var base: UnsafeRawPointer?
    var name: UnsafePointer<CChar>?
    var address: UnsafeRawPointer?
  }

  @_silgen_name("dladdr")
  private func dlAddress(_ address: UnsafeRawPointer?, _ information: UnsafeMutablePointer<DynamicSymbol>) -> Int32

  extension StackFrame {
    fileprivate init(_ address: UInt, _ frame: DebugInformation.Frame, in image: LoadedImage) {
      self.init(address: address)
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
