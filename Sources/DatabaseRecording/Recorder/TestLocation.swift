internal import CStatementLog
internal import DatabaseInstrumentation

extension Recording {
  /// Where a test method is: the line of it that sent the first recorded statement, or that awaits what did.
  ///
  /// Only of a method that is on no call stack, since it sent nothing, the beginning is looked for.
  package func location(ofMethod method: String, type: String, module: String) -> CodeLocation? {
    var seen: Set<UInt32> = []
    for record in storage.evidence.records where record.stack != 0 && seen.insert(record.stack).inserted {
      for frame in Symbolicator.frames(of: storage.evidence.stacks[Int(record.stack) - 1]) {
        guard frame.module == module, frame.function?.contains("\(type).\(method)(") == true, let file = frame.file,
          let line = frame.line, line > 0
        else { continue }
        return CodeLocation(
          fileID: "\(module)/\(type).swift", filePath: file, line: line, column: max(1, frame.column ?? 1))
      }
    }
    return FunctionFinder.place(ofMethod: method, type: type, module: module).map { place in
      CodeLocation(fileID: "\(module)/\(type).swift", filePath: place.file, line: place.line, column: 1)
    }
  }
}
