package import DatabaseRunRecords
internal import DatabaseSupport
package import Foundation

/// A test run as one HTML file that needs nothing else: what a person opens to see what the tests did to the database.
///
/// Tables are there without scripts; a script draws the waterfall of a test when it is opened, and sorts and filters.
package struct ReportPage: Sendable {
  /// What stands at the top, and in the tab.
  let title: String
  private(set) var summary = RunSummary()
  /// One for each line of the summary: JSON for the script, safe inside of an element.
  private var details: [String] = []
  private var statements = PageTexts()
  /// The checkout, where source files are looked for; `nil`: none are shown.
  let sources: URL?

  package init(title: String = "What the tests did to the database", sources: URL? = nil) {
    self.title = title
    self.sources = sources
  }

  /// Takes one test; of its executions it keeps those that a waterfall draws.
  package mutating func add(_ test: RunRecord.Test) {
    summary.add(test)
    details.append(TestDetail(test, statements: &statements).json)
  }

  /// The runs that the tests are of.
  package var runs: [RunDescription] {
    get { summary.runs }
    set { summary.runs = newValue }
  }

  /// Tells a page of ours from any other file.
  private static let mark = #"<meta name="generator" content="swift-database-testing">"#

  /// Whether a file is such a page, so that a new one may take its place.
  package static func isPage(at path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    guard let beginning = try? handle.read(upToCount: 512) else { return false }
    return String(decoding: beginning, as: UTF8.self).contains(mark)
  }

  /// Hands the page over in pieces.
  package func write(_ sink: (String) throws -> Void) rethrows {
    // Content is escaped; should some of it not be, a browser still runs and styles only what carries this word.
    let nonce =
      String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    try sink(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      \(Self.mark)
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-\(nonce)'; \
      script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title.markup(limit: 200))</title>
      <style nonce="\(nonce)">
      \(Self.style)
      </style>
      </head>
      <body data-tests="\(details.count)">
      <a class="skip" href="#tests">Skip to the tests</a>

      """)
    try sink(header)
    try sink("<main>\n")
    try sink(findingsSection)
    try sink(rankingSection)
    try writeTests(sink)
    try sink(loadsSection)
    try writeShapes(sink)
    try sink("</main>\n<dialog id=\"detail\" aria-labelledby=\"detail-title\"></dialog>\n")
    for (index, detail) in details.enumerated() {
      try sink("<script type=\"application/json\" id=\"d\(index)\">\(detail)</script>\n")
    }
    try sink("<script type=\"application/json\" id=\"statements\">\(statements.json)</script>\n")
    try sink("<script nonce=\"\(nonce)\">\n\(Self.script)\n</script>\n</body>\n</html>\n")
  }
}

/// Texts by number: a statement of ten thousand tests stands in the page once.
struct PageTexts: Sendable {
  private static let textLimit = 2_000

  private var numbers: [String: Int] = [:]
  private var texts: [String] = []

  mutating func number(of text: String) -> Int {
    if let known = numbers[text] { return known }
    numbers[text] = texts.count
    texts.append(String(text.prefix(Self.textLimit)).singleLine)
    return texts.count - 1
  }

  var json: String { safeJSON(texts) }
}

/// JSON that can stand inside of an element `script`: nothing in it ends the element or begins a comment.
func safeJSON(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  guard let data = try? encoder.encode(value) else { return "null" }
  return String(decoding: data, as: UTF8.self)
    .replacing("<", with: #"\u003c"#).replacing(">", with: #"\u003e"#).replacing("&", with: #"\u0026"#)
    .replacing("\u{2028}", with: #"\u2028"#).replacing("\u{2029}", with: #"\u2029"#)
}
