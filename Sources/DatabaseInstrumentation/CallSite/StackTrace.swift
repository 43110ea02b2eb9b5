#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  /// Of execinfo.h, which the Glibc module leaves out.
  @_silgen_name("backtrace")
  private func backtrace(_ buffer: UnsafeMutableRawPointer, _ size: Int32) -> Int32
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

  /// The stack of the caller, its innermost frames where it is deeper; empty on platforms without `backtrace()`.
  package static func capture(maximumDepth: Int = 64) -> StackTrace {
    let buffer = UnsafeMutableBufferPointer<UInt>.allocate(capacity: max(0, min(maximumDepth, 1 << 16)))
    defer { buffer.deallocate() }
    let count = capture(into: buffer)
    return StackTrace(returnAddresses: Array(buffer[..<count]))
  }

  /// Writes the return addresses of the caller's stack, innermost first, and allocates nothing.
  ///
  /// The very first call in a process may allocate: glibc then loads its unwinder.
  ///
  /// - Returns: How many were written: at most as many as there is room for.
  package static func capture(into buffer: UnsafeMutableBufferPointer<UInt>) -> Int {
    #if canImport(Darwin) || canImport(Glibc)
      guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
      #if canImport(Darwin)
        let count = base.withMemoryRebound(to: UnsafeMutableRawPointer?.self, capacity: buffer.count) { pointers in
          Int(backtrace(pointers, Int32(clamping: buffer.count)))
        }
      #else
        let count = Int(backtrace(base, Int32(clamping: buffer.count)))
      #endif
      return max(0, min(count, buffer.count))
    #else
      return 0
    #endif
  }

  /// The lines of the app on the stack, innermost first.
  package var appFrames: [StackFrame] { Symbolicator.frames(of: self).filter(\.isAppCode) }

  /// The line of the app that the stack was captured for.
  package func callSite() -> CallSite? { appFrames.first?.callSite }

  /// The line of the app that called what is in `file`; the innermost one where nothing else of the app is on the stack.
  package func callSite(around file: StaticString?) -> CallSite? {
    guard let file else { return callSite() }
    let path = "\(file)"
    let frames = appFrames
    return (frames.first { $0.file != path } ?? frames.first)?.callSite
  }

  /// The frames outside of the outermost one of a database library, innermost first; all where there is no library.
  package var framesAroundLibraries: ArraySlice<StackFrame> {
    let frames = Symbolicator.frames(of: self)
    let last = frames.lastIndex { $0.module.flatMap(DatabaseLibrary.init(module:)) != nil }
    return frames[(last.map { $0 + 1 } ?? 0)...]
  }

  /// The database library whose functions are on the stack; `nil` where the app calls the database itself.
  package func databaseLibrary() -> DatabaseLibrary? {
    for frame in Symbolicator.frames(of: self) {
      if let library = frame.module.flatMap(DatabaseLibrary.init(module:)) { return library }
    }
    return nil
  }
}
