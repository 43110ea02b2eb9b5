/// A place in the source of a test.
package struct CodeLocation: Sendable, Hashable {
  package var fileID: String
  package var filePath: String
  package var line: Int
  package var column: Int

  package init(fileID: String, filePath: String, line: Int, column: Int) {
    self.fileID = fileID
    self.filePath = filePath
    self.line = line
    self.column = column
  }

  /// The module that the file belongs to.
  package var module: String {
    String(fileID.prefix { $0 != "/" })
  }

  /// From the default arguments `#fileID`, `#filePath`, `#line` and `#column`.
  package init(_ fileID: StaticString, _ filePath: StaticString, _ line: UInt, _ column: UInt) {
    self.init(fileID: "\(fileID)", filePath: "\(filePath)", line: Int(line), column: Int(column))
  }
}
