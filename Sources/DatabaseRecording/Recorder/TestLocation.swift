internal import DatabaseInstrumentation

extension Recording {
  /// The line of a method of `type`, in the module of the test, that the first recorded statement came from.
  package func firstLocation(inModule module: String, type: String) -> CodeLocation? {
    var seen: Set<UInt32> = []
    for record in storage.evidence.records where record.stack != 0 && seen.insert(record.stack).inserted {
      for frame in Symbolicator.frames(of: storage.evidence.stacks[Int(record.stack) - 1]) {
        guard frame.module == module, frame.function?.contains(type) == true, let file = frame.file,
          let line = frame.line
        else { continue }
        return CodeLocation(fileID: "\(module)/\(type).swift", filePath: file, line: line, column: 1)
      }
    }
    return nil
  }
}
