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

/// Who took a connection: the line as it was handed to the pool, or the stack to find it on.
///
/// One word, so that many leases can share what it tells.
package indirect enum CheckoutOrigin: Sendable {
  /// With the number of its stack among `PoolStacks`, which tells who called or awaited the line; 0 where nothing is recorded.
  case site(CheckoutSite, stack: UInt32)
  /// With the pool's own file, which the stack leads through, and a line for a stack that has none outside of it.
  case stack(StackTrace, poolFile: StaticString?, otherwise: CheckoutSite?)

  /// The line that was handed to the pool, unless a package that was fetched did so for the app.
  package var site: CheckoutSite? {
    guard case .site(let site, _) = self, !PackageCheckouts.contain("\(site.filePath)") else { return nil }
    return site
  }

  /// Symbolicated when it is read.
  package var callSite: CallSite? {
    switch self {
    case .site(let given, _): site?.callSite ?? stack?.callSite() ?? given.callSite
    case .stack(let stack, let file, let site): stack.callSite(outside: file, otherwise: site?.callSite)
    }
  }

  /// What led to the line.
  package var stack: StackTrace? {
    switch self {
    case .site(_, let number): PoolStacks.stack(number)
    case .stack(let stack, _, _): stack
    }
  }
}

/// The stacks of checkouts and returns, each kept once for the process: to find one takes a tenth of what a copy would.
enum PoolStacks {
  private static let table = StackTable()

  /// Keeps the caller's, while anything is recorded: also where it is nobody's task.
  ///
  /// - Returns: Its number; 0 where nothing is recorded.
  static func capture() -> UInt32 { RecordingActivity.shared.isRecording ? table.capture() : 0 }

  static func stack(_ number: UInt32) -> StackTrace? { number == 0 ? nil : table[Int(number) - 1] }
}
