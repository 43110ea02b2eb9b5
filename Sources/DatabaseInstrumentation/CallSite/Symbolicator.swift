#if canImport(Runtime) && os(Linux)
  internal import Runtime
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Turns return addresses into functions, files and lines.
///
/// On Linux with the `Runtime` module of the toolchain, which reads the debug information of the program, inlined functions
/// included. Elsewhere with `dladdr`, which knows functions alone. It costs tens of milliseconds the first time, so it is
/// done when a finding is printed, never when a statement runs.
package enum Symbolicator {
  private static let known = Locked<[UInt: [StackFrame]]>([:])

  /// The frames of a stack, innermost first; one address stands for several where functions were inlined.
  package static func frames(of stack: StackTrace) -> [StackFrame] {
    known.withLock { known in
      var unknown: [UInt] = []
      for address in stack.returnAddresses where known[address] == nil && !unknown.contains(address) {
        unknown.append(address)
      }
      if !unknown.isEmpty {
        for address in unknown { known[address] = [] }
        for frame in symbolicate(unknown) { known[frame.address, default: []].append(frame) }
        for address in unknown where known[address]?.isEmpty == true { known[address] = [StackFrame(address: address)] }
      }
      return stack.returnAddresses.flatMap { known[$0] ?? [] }
    }
  }

  #if canImport(Runtime) && os(Linux)
    private static func symbolicate(_ addresses: [UInt]) -> [StackFrame] {
      guard let backtrace = CompactBacktrace(returnAddresses: addresses).decoded(),
        let symbolicated = backtrace.symbolicated(with: nil, options: .default)
      else { return [] }
      return symbolicated.frames.compactMap { frame in
        guard let value = UInt64(frame.captured.originalProgramCounter) else { return nil }
        var result = StackFrame(address: UInt(value))
        guard let symbol = frame.symbol else { return result }
        let name = SymbolName(symbol.rawName, readable: symbol.name)
        result.symbol = symbol.rawName
        result.function = name.function
        result.module = name.module
        result.isGenerated = frame.isSwiftThunk || frame.isSwiftRuntimeFailure || name.isGenerated
        result.file = symbol.sourceLocation?.path
        result.line = symbol.sourceLocation?.line
        result.column = symbol.sourceLocation?.column
        result.image = symbol.imageName
        return result
      }
    }
  #elseif canImport(Darwin)
    private static func symbolicate(_ addresses: [UInt]) -> [StackFrame] {
      addresses.map { address in
        var result = StackFrame(address: address)
        var information = Dl_info()
        // A return address may be the first of the next function: the call is before it.
        guard address > 0, dladdr(UnsafeRawPointer(bitPattern: address - 1), &information) != 0 else { return result }
        result.image = information.dli_fname.map { String(cString: $0) }
        guard let symbol = information.dli_sname.map({ String(cString: $0) }) else { return result }
        let name = SymbolName(symbol, readable: nil)
        result.symbol = symbol
        result.function = name.function
        result.module = name.module
        result.isGenerated = name.isGenerated
        return result
      }
    }
  #else
    private static func symbolicate(_ addresses: [UInt]) -> [StackFrame] { [] }
  #endif
}
