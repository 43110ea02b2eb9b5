/// A line that used a pool, from the default arguments `#fileID`, `#filePath`, `#line`, `#column` and `#function`.
///
/// An adapter need not pass one on: while anything is recorded, the line is found on the call stack, also where the app awaits the
/// adapter. It is for pools that take these arguments themselves, and for lines in production.
public struct CheckoutSite: Sendable, CustomStringConvertible {
  /// Module and file: `App/Bank.swift`.
  public let fileID: StaticString
  /// The path of the file.
  public let filePath: StaticString
  /// The line, from 1.
  public let line: UInt
  /// The column, from 1.
  public let column: UInt
  /// The function around it.
  public let function: StaticString

  /// The line of the call, unless arguments are passed on.
  public init(
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column,
    function: StaticString = #function
  ) {
    self.fileID = fileID
    self.filePath = filePath
    self.line = line
    self.column = column
    self.function = function
  }

  package var callSite: CallSite {
    let module = "\(fileID)".prefix { $0 != "/" }
    return CallSite(
      function: "\(function)", module: String(module), filePath: "\(filePath)", line: Int(line),
      column: column > 0 ? Int(column) : nil)
  }

  /// `Bank.swift:12 in transfer()`.
  public var description: String { callSite.description }
}
