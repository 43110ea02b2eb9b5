#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  /// Of execinfo.h, which the Glibc module leaves out.
  @_silgen_name("backtrace")
  private func backtrace(_ buffer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ size: Int32) -> Int32
#endif

/// The return addresses of a call stack, innermost first.
///
/// Taken with `backtrace()`, which unwinds through libraries that keep no frame pointer, as libsqlite3 does: about 3 µs for
/// 16 frames. Nothing is symbolicated until a finding is printed.
package struct StackTrace: Sendable, Hashable {
  package var returnAddresses: [UInt]

  package init(returnAddresses: [UInt]) {
    self.returnAddresses = returnAddresses
  }

  /// The stack of the caller; empty on platforms without `backtrace()`.
  package static func capture(maximumDepth: Int = 64) -> StackTrace {
    #if canImport(Darwin) || canImport(Glibc)
      let addresses = withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: maximumDepth) {
        buffer in
        buffer.initialize(repeating: nil)
        let count = Int(backtrace(buffer.baseAddress, Int32(buffer.count)))
        return buffer[..<max(0, min(count, buffer.count))].map { UInt(bitPattern: $0) }
      }
      return StackTrace(returnAddresses: addresses)
    #else
      return StackTrace(returnAddresses: [])
    #endif
  }

  /// The lines of the app on the stack, innermost first.
  package var appFrames: [StackFrame] { Symbolicator.frames(of: self).filter(\.isAppCode) }

  /// The stack as places in the source: equal for most copies that the optimiser makes of one call when it unrolls a loop
  /// or inlines a function twice. Frames without debug information stay addresses; names are left out, since those of
  /// inlined functions are not reliable.
  package var places: [Place] {
    Symbolicator.frames(of: self).compactMap { frame in
      guard let file = frame.file else { return Place(address: frame.address) }
      guard let line = frame.line, line > 0 else { return nil }
      return Place(file: file, line: line, column: frame.column ?? 0)
    }
  }

  package struct Place: Sendable, Hashable {
    var address: UInt = 0
    var file = ""
    var line = 0
    var column = 0
  }

  /// The line of the app that the stack was captured for.
  package func callSite() -> CallSite? { appFrames.first?.callSite }

  /// The database library whose functions are on the stack; `nil` where the app calls the database itself.
  package func databaseLibrary() -> DatabaseLibrary? {
    for frame in Symbolicator.frames(of: self) {
      if let library = frame.module.flatMap(DatabaseLibrary.init(module:)) { return library }
    }
    return nil
  }
}
