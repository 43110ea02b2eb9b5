internal import DatabaseRunRecords
internal import Foundation

/// A few lines of the app around a line of it.
struct SourceExcerpt: Sendable, Equatable {
  struct Line: Sendable, Equatable {
    var number: Int
    var text: String
    var isMeant: Bool
  }

  private static let around = 2
  /// A source file is no larger.
  private static let sizeLimit = 4 << 20

  var lines: [Line]

  /// - Parameters:
  ///   - problem: What is at the line.
  ///   - folder: The checkout.
  ///   - date: When the tests ran, in seconds since 1970: of a file that was changed since, the lines are other ones.
  /// - Returns: `nil` where the file is not in the checkout, or was changed.
  init?(of problem: RunRecord.Problem, in folder: URL, before date: Double) {
    guard let path = problem.path, !path.hasPrefix("/"), !path.split(separator: "/").contains(".."),
      let site = problem.site,
      let number = Self.line(of: site)
    else { return nil }
    let file = folder.appendingPathComponent(path)
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
      let changed = attributes[.modificationDate] as? Date, changed.timeIntervalSince1970 <= date,
      let size = attributes[.size] as? Int, size <= Self.sizeLimit,
      let text = try? String(contentsOf: file, encoding: .utf8)
    else { return nil }
    self.init(of: text, line: number)
  }

  init?(of text: String, line number: Int) {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard number >= 1, number <= all.count else { return nil }
    let first = Swift.max(1, number - Self.around)
    let last = Swift.min(all.count, number + Self.around)
    let found = (first...last).map { all[$0 - 1] }
    let indent = found.filter { !$0.allSatisfy(\.isWhitespace) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    lines = zip(first...last, found).map { place, text in
      Line(number: place, text: String(text.dropFirst(indent).prefix(400)), isMeant: place == number)
    }
    while lines.last.map({ !$0.isMeant && $0.text.allSatisfy(\.isWhitespace) }) == true { lines.removeLast() }
  }

  /// `Library.swift:42 in Library.authors()`.
  private static func line(of site: String) -> Int? {
    guard let colon = site.firstIndex(of: ":") else { return nil }
    return Int(site[site.index(after: colon)...].prefix { $0.isASCII && $0.isNumber })
  }
}
