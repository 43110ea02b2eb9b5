internal import DatabaseSupport

/// Where in the app's source a statement was issued: the innermost frame that belongs neither to this package, nor to a
/// package that was fetched, nor to the runtime. In asynchronous code it may be the line that awaits.
///
/// ```text
/// Library.swift:42 in Library.authorsWithBooks()
/// ```
public struct CallSite: Sendable, Hashable, CustomStringConvertible {
  /// The function, without argument types: `Library.books(of:)`. A closure has the name of the function it is written in.
  public var function: String
  /// The module of the function.
  public var module: String?
  /// The path of the file as the compiler knew it; `nil` without debug information.
  public var filePath: String?
  /// The line of the call, from 1; `nil` without debug information.
  public var line: Int?
  /// The column of the call, from 1; `nil` where it is not known. Two calls on one line are two places.
  public var column: Int?

  package init(
    function: String, module: String?, filePath: String?, line: Int? = nil, column: Int? = nil
  ) {
    self.function = function
    self.module = module
    self.filePath = filePath
    self.line = line
    self.column = column
  }

  /// The last component of the path.
  public var fileName: String? {
    filePath.map { path in String(path.split(separator: "/").last ?? Substring(path)) }
  }

  /// `Library.swift:42 in Library.authorsWithBooks()`.
  public var description: String {
    guard let fileName else { return "\(function.singleLine) (no debug information)" }
    return (line.map { "\(fileName):\($0) in \(function)" } ?? "\(fileName) in \(function)").singleLine
  }
}
