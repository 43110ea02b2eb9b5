internal import DatabaseInstrumentation

/// Where in the source an issue belongs that is about another line than the test's own.
package struct FindingPlace: Sendable {
  package var location: CodeLocation
  /// As XCTest wants it; `nil` where the line was found by the call stack.
  package var file: StaticString?

  init(_ site: CheckoutSite) {
    location = CodeLocation(site.fileID, site.filePath, site.line, site.column)
    file = site.filePath
  }

  init?(_ site: CallSite) {
    guard let path = site.filePath, let line = site.line, line > 0 else { return nil }
    location = CodeLocation(
      fileID: "\(site.module ?? "Unknown")/\(site.fileName ?? path)", filePath: path, line: line,
      column: site.column ?? 1)
  }
}
