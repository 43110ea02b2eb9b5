#if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
  internal import Runtime
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Turns return addresses into functions, files and lines.
///
/// On Linux with the `Runtime` module of the toolchain, which reads the debug information of the program, inlined functions
/// included. Elsewhere with `dladdr`, which knows functions alone.
///
/// The names of a stack take some milliseconds, but the line of a single frame takes about ten in a large program, so lines
/// are read only where code of the app may be. It is done when a finding is printed, never when a statement runs.
package enum Symbolicator {
  private static let known = Locked(Known())

  private struct Known {
    var frames: [UInt: [StackFrame]] = [:]
    /// By module and name.
    var paths: [SourceFile: String] = [:]
  }

  private struct SourceFile: Hashable {
    let module: String?
    let name: Substring
  }

  /// The frames of a stack, innermost first; one address stands for several where functions were inlined.
  ///
  /// Frames of libraries have names, but neither file nor line.
  package static func frames(of stack: StackTrace) -> [StackFrame] {
    known.withLock { known in
      let unknown = Set(stack.returnAddresses.filter { known.frames[$0] == nil })
      if !unknown.isEmpty {
        var found = symbolicated(Array(unknown))
        resolveMacros(in: &found, paths: &known.paths)
        known.frames.merge(found) { first, _ in first }
      }
      return stack.returnAddresses.flatMap { known.frames[$0] ?? [StackFrame(address: $0)] }
    }
  }

  /// Replaces the buffers of macros by the files that they were expanded in: of a macro only the name of its file is known,
  /// the whole path when another frame was in the file.
  private static func resolveMacros(in frames: inout [UInt: [StackFrame]], paths: inout [SourceFile: String]) {
    for frame in frames.values.joined() {
      guard let file = frame.file, !MacroExpansion.isBuffer(file), let name = file.split(separator: "/").last else {
        continue
      }
      paths[SourceFile(module: frame.module, name: name)] = file
    }
    for address in frames.keys {
      guard frames[address]?.contains(where: { $0.file.map(MacroExpansion.isBuffer) == true }) == true else { continue }
      frames[address] = frames[address]?.map { frame in
        guard let file = frame.file, let line = frame.line, let place = MacroExpansion(path: file, line: line) else {
          return frame
        }
        var frame = frame
        let source = SourceFile(module: frame.module, name: place.fileName[...])
        frame.file = paths[source] ?? place.fileName
        frame.line = place.line
        return frame
      }
    }
  }

  private static func symbolicated(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
    var result = named(addresses)
    let candidates = addresses.filter { result[$0]?.contains(where: \.mayContainAppCode) == true }
    if !candidates.isEmpty { result.merge(located(candidates)) { _, located in located } }
    for address in addresses where result[address] == nil { result[address] = [StackFrame(address: address)] }
    return result
  }

  #if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
    private static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      frames(of: addresses, options: [.useSymbolCache])
    }

    private static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
      frames(of: addresses, options: [.useSymbolCache, .showInlineFrames, .showSourceLocations])
    }

    private static func frames(
      of addresses: [UInt], options: Backtrace.SymbolicationOptions
    ) -> [UInt: [StackFrame]] {
      guard let backtrace = CompactBacktrace(returnAddresses: addresses, images: LoadedImage.all()).decoded(),
        let images = backtrace.images, let symbolicated = backtrace.symbolicated(with: images, options: options)
      else { return [:] }
      let frames = symbolicated.frames.compactMap(StackFrame.init)
      return Dictionary(grouping: frames, by: \.address)
    }
  #elseif canImport(Darwin)
    private static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] {
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

    private static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
  #else
    private static func named(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
    private static func located(_ addresses: [UInt]) -> [UInt: [StackFrame]] { [:] }
  #endif
}

#if canImport(Runtime) && os(Linux) && _pointerBitWidth(_64)
  extension StackFrame {
    fileprivate init?(_ frame: SymbolicatedBacktrace.Frame) {
      guard let value = UInt64(frame.captured.originalProgramCounter) else { return nil }
      self.init(address: UInt(value))
      guard let found = frame.symbol else { return }
      image = found.imageName
      guard found.rawName != "<unknown>" else { return }
      take(SymbolName(found.rawName, readable: found.name), symbol: found.rawName)
      if frame.isSwiftRuntimeFailure { origin = .thunk }
      file = found.sourceLocation?.path
      line = found.sourceLocation?.line
      column = found.sourceLocation?.column
      let isEntry = ["main", "async_Main"].contains(found.rawName) || found.rawName.hasSuffix("_main")
      if isEntry, module == nil, file?.hasSuffix(".swift") == true { function = "main" }
    }
  }
#endif
