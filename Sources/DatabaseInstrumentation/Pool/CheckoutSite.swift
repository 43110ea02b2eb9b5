/// A line that used a pool, from the default arguments `#fileID`, `#filePath`, `#line`, `#column` and `#function`.
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

/// Who took a connection: the line as it was handed to the pool, or the stack to find it on.
///
/// One word, so that many leases can share what it tells.
package indirect enum CheckoutOrigin: Sendable {
  case site(CheckoutSite)
  /// With the pool's own file, which the stack leads through, and a line for a stack that has none outside of it.
  case stack(StackTrace, poolFile: StaticString?, otherwise: CheckoutSite?)

  package var site: CheckoutSite? {
    guard case .site(let site) = self else { return nil }
    return site
  }

  /// Symbolicated when it is read.
  package var callSite: CallSite? {
    switch self {
    case .site(let site): site.callSite
    case .stack(let stack, let file, let site): stack.callSite(outside: file, otherwise: site?.callSite)
    }
  }
}
