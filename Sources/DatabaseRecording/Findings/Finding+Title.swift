extension Finding.Kind {
  private static let titles: [String: String] = [
    "nPlusOne": "N+1", "repeatedRead": "repeated read", "duplicateQuery": "duplicate query",
    "failure": "failed statement",
    "load": "loading", "leak": "leaked connection", "doubleCheckin": "connection returned twice",
    "openConnection": "open connection", "unfinishedSpan": "unfinished span", "count": "number of statements",
    "text": "statements", "fullScan": "full scan", "automaticIndex": "automatic index", "cost": "cost",
    "mainThreadQuery": "query on the main thread", "blockingQuery": "blocking query", "growth": "growing with the data",
    "snapshot": "query snapshot", "composed": "expectation", "blind": "nothing seen", "unusedIgnore": "unused ignoring",
    "invalidExpectation": "invalid expectation", "test": "test", "doubleCheckout": "connection lent twice",
    "poolMisuse": "misuse of a pool", "flush": "rows written",
    "autocommitWrites": "writes without a transaction",
    "rowByRowInserts": "inserts row by row", "openTransaction": "open transaction",
  ]

  /// Whether its findings are made by this package, and say nothing that its author wrote.
  var isOfThePackage: Bool { Self.titles[rawValue] != nil }

  /// What people read in titles and lists: `N+1`, `failed statement`. A kind of an expectation of one's own is called as it is.
  package var title: String { Self.titles[rawValue] ?? rawValue }
}
