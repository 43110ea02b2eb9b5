internal import DatabaseSupport
internal import Foundation

/// Tests that ask more or less of the database by themselves from run to run, each with the reason.
///
/// A line for each: `BookshopTests/SyncTests.swift fetchesPages() because the number of pages is random`. A `*` stands for any text. Empty
/// lines and lines that begin with `#` are passed over.
package struct ComparisonExceptions: Sendable, Equatable {
  private struct Entry: Sendable, Equatable {
    var pattern: [Substring]
    var text: String
    var reason: String
  }

  private var entries: [Entry] = []

  package init() {}

  /// - Parameters:
  ///   - text: Of the file.
  ///   - name: What messages call the file.
  /// - Throws: ``ReportError/exception(_:line:)`` for a line without a test or without a reason.
  package init(text: String, name: String) throws {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      guard let separator = line.firstRange(of: " because ") else {
        throw ReportError.exception(name, line: index + 1)
      }
      let test = line[..<separator.lowerBound].trimmingCharacters(in: .whitespaces)
      let reason = line[separator.upperBound...].trimmingCharacters(in: .whitespaces)
      guard !test.isEmpty, !reason.isEmpty else { throw ReportError.exception(name, line: index + 1) }
      entries.append(
        Entry(pattern: test.split(separator: "*", omittingEmptySubsequences: false), text: test, reason: reason))
    }
  }

  /// - Throws: ``ReportError`` for a file that cannot be read.
  package init(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { throw ReportError.noExceptions(path) }
    guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
    else { throw ReportError.unreadable(path, reason: "it is no text in UTF-8") }
    try self.init(text: text, name: path)
  }

  /// Why a test may vary; `nil` where it may not.
  func reason(for test: TestIdentity) -> String? {
    let name = test.description
    return entries.first { Self.matches(name, $0.pattern) }?.reason
  }

  /// The lines that no test is meant by.
  func unused(among tests: some Sequence<TestIdentity>) -> [String] {
    let names = tests.map(\.description)
    return entries.filter { entry in !names.contains { Self.matches($0, entry.pattern) } }.map(\.text)
  }

  private static func matches(_ text: String, _ pattern: [Substring]) -> Bool {
    guard pattern.count > 1, let first = pattern.first, let last = pattern.last else {
      return text == pattern.first ?? ""
    }
    guard text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for part in pattern.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
