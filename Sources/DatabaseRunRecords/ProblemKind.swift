/// A kind of finding as it stands in a record, for people.
package struct ProblemKind: Sendable, Hashable {
  /// Its stable name.
  package let name: String

  package init(_ name: String) {
    self.name = name
  }

  private static let titles: [String: String] = [
    "nPlusOne": "N+1", "repeatedRead": "repeated read", "duplicateQuery": "duplicate query",
    "failure": "failed statement",
    "load": "loading", "leak": "leaked connection", "doubleCheckin": "connection returned twice",
    "openConnection": "open connection", "unfinishedSpan": "unfinished span", "count": "number of statements",
    "text": "statements", "fullScan": "full scan", "automaticIndex": "automatic index", "cost": "cost",
    "mainThreadQuery": "query on the main thread", "blockingQuery": "blocking query", "growth": "growing with the data",
    "snapshot": "query snapshot", "composed": "expectation", "blind": "nothing seen", "unusedIgnore": "unused ignoring",
    "invalidExpectation": "invalid expectation", "test": "the test itself", "doubleCheckout": "connection lent twice",
    "poolMisuse": "misuse of a pool", "flush": "rows written",
    "autocommitWrites": "writes without a transaction",
    "rowByRowInserts": "inserts row by row", "openTransaction": "open transaction",
    "unusedIndex": "index that is not used", "sortedPage": "sort for a page", "skippedRows": "rows skipped by OFFSET",
    "unorderedPage": "pages in no total order", "unindexedKey": "foreign key without an index",
    "unconditionalWrite": "write without a condition", "lockUpgrade": "late write lock",
    "redundantIndex": "redundant index",
  ]

  /// The names of all kinds of this package.
  package static var known: Set<String> { Set(titles.keys) }

  /// Whether its findings are made by this package, and say nothing that its author wrote.
  package var isOfThePackage: Bool { Self.titles[name] != nil }

  /// What is no finding: an assertion of the test itself, an error that it threw.
  package static let ofTest = Self("test")

  /// What people read in titles and lists: `N+1`, `failed statement`. A kind of an expectation of one's own is called as it is.
  package var title: String { Self.titles[name] ?? name }

  /// What a reader wants to see first: what the toolkit is there for, then what may be meant to be.
  package var rank: Int {
    switch name {
    case "nPlusOne": 0
    case "leak", "doubleCheckin", "doubleCheckout", "poolMisuse", "openConnection": 1
    case "repeatedRead": 2
    case "duplicateQuery": 3
    case "openTransaction", "autocommitWrites", "rowByRowInserts": 4
    case "fullScan", "automaticIndex", "growth", "cost", "unusedIndex", "sortedPage", "skippedRows", "unorderedPage",
      "unindexedKey", "unconditionalWrite", "lockUpgrade", "redundantIndex":
      5
    case "blind", "invalidExpectation": 6
    case "failure": 9
    case "test": 8
    default: 7
    }
  }
}
