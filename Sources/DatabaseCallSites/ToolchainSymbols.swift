#if canImport(Runtime) && ELF && _pointerBitWidth(_64)
  internal import Runtime

  /// What the `Runtime` module of the toolchain knows: also of files whose debug information lies beside them.
  ///
  /// It reads them from the beginning for each address, which takes it some milliseconds.
  enum ToolchainSymbols {
    /// - Parameter entries: By the word of a stack that they stand for.
    static func frames(of entries: [UInt: CompactBacktrace.Entry], isLocated: Bool) -> [UInt: [StackFrame]] {
      let options: Backtrace.SymbolicationOptions =
        isLocated ? [.useSymbolCache, .showInlineFrames, .showSourceLocations] : [.useSymbolCache]
      let compact = CompactBacktrace(Array(Set(entries.values)), images: LoadedImage.all())
      guard let backtrace = compact.decoded(), let images = backtrace.images,
        let symbolicated = backtrace.symbolicated(with: images, options: options)
      else { return [:] }
      let frames = Dictionary(grouping: symbolicated.frames.compactMap(StackFrame.init), by: \.word)
      var result: [UInt: [StackFrame]] = [:]
      for (word, entry) in entries {
        result[word] = frames[entry.address]?.map { frame in
          var frame = frame
          frame.word = word
          return frame
        }
      }
      return result
    }
  }

  extension StackFrame {
    fileprivate init?(_ frame: SymbolicatedBacktrace.Frame) {
      guard let value = UInt64(frame.captured.originalProgramCounter) else { return nil }
      self.init(word: UInt(value))
      guard let found = frame.symbol else { return }
      image = found.imageName
      guard found.rawName != "<unknown>" else { return }
      take(SymbolName(found.rawName, readable: found.name), symbol: found.rawName)
      if frame.isSwiftRuntimeFailure { origin = .thunk }
      takePlace(found.sourceLocation?.path, found.sourceLocation?.line, found.sourceLocation?.column)
    }
  }
#endif
