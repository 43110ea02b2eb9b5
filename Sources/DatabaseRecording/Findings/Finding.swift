public import DatabaseInstrumentation
internal import DatabaseSupport

/// One thing that is wrong with what was recorded, as a value, with its evidence.
///
/// ```swift
/// let recording = try recordDatabase { _ = try library.authorsWithBooks() }
/// for finding in recording.findings where finding.kind == .nPlusOne {
///   print(finding.relationship ?? "?", finding.count, finding.callSite?.description ?? "")
/// }
/// ```
public struct Finding: Sendable, CustomStringConvertible {
  /// What is wrong.
  public let kind: Kind
  /// One line that is enough in a CI log.
  public let headline: String
  /// The headline, the evidence below it, and what to do.
  public let message: String
  /// How many statements it is about.
  public let count: Int
  /// The relationship that was loaded, such as `book.authorId`.
  public let relationship: String?
  /// The line of the app that issued the statements.
  public let callSite: CallSite?
  /// The statements it is about, as far as they were kept.
  public let statements: [ExecutedStatement]
  /// The line that it is reported at, where that is not the test's own.
  package let place: FindingPlace?
  /// What led to its line, where it is about no statement.
  package let stack: StackTrace?
  /// What it is about, so that two expectations do not report one fault twice.
  package let subject: ObjectIdentifier?
  /// Whether it is wrong whatever else the scope would have done.
  package let isFinal: Bool

  /// - Parameter isFinal: `nil`: as findings of its kind are.
  package init(
    kind: Kind, headline: String, details: [String] = [], count: Int = 0, relationship: String? = nil,
    callSite: CallSite? = nil, statements: [ExecutedStatement] = [],
    place: FindingPlace? = nil, stack: StackTrace? = nil, subject: ObjectIdentifier? = nil, isFinal: Bool? = nil
  ) {
    self.isFinal = isFinal ?? kind.isFinal
    self.kind = kind
    self.headline = headline.singleLine
    message = ([headline] + details).map(\.singleLine).joined(separator: "\n")
    self.count = count
    self.relationship = relationship
    self.callSite = callSite
    self.statements = statements
    self.place = place
    self.stack = stack
    self.subject = subject
  }

  /// The same finding with more lines below it.
  func adding(_ lines: [String]) -> Finding {
    let details = message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().map(String.init)
    return Finding(
      kind: kind, headline: headline, details: details + lines, count: count, relationship: relationship,
      callSite: callSite, statements: statements, place: place, stack: stack, subject: subject,
      isFinal: isFinal)
  }

  /// The whole message.
  public var description: String { message }

  /// What can be wrong. More kinds may come.
  public struct Kind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// A stable name for files.
    public let rawValue: String

    /// A kind with a stable name of its own, for findings of your own expectations.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The related rows of several parents were loaded one parent at a time.
    public static let nPlusOne = Kind(rawValue: "nPlusOne")
    /// One query ran again and again from one place, each time for another key.
    public static let repeatedRead = Kind(rawValue: "repeatedRead")
    /// One query ran again from one place with the same parameters, with nothing written in between.
    public static let duplicateQuery = Kind(rawValue: "duplicateQuery")
    /// A statement failed.
    public static let failure = Kind(rawValue: "failure")
    /// A relationship was loaded in another way, or more or less often, than expected.
    public static let load = Kind(rawValue: "load")
    /// A connection that was taken from a pool did not come back.
    public static let leak = Kind(rawValue: "leak")
    /// A lease was returned more than once.
    public static let doubleCheckin = Kind(rawValue: "doubleCheckin")
    /// A connection was handed to two callers at a time.
    public static let doubleCheckout = Kind(rawValue: "doubleCheckout")
    /// A pool was used, or did something, in a way that cannot be right.
    public static let poolMisuse = Kind(rawValue: "poolMisuse")
    /// A connection that was opened is still open.
    public static let openConnection = Kind(rawValue: "openConnection")
    /// A span was begun and never ended.
    public static let unfinishedSpan = Kind(rawValue: "unfinishedSpan")
    /// There were more or fewer statements than expected.
    public static let count = Kind(rawValue: "count")
    /// A statement did not run as often, or not in the order, that was expected.
    public static let text = Kind(rawValue: "text")
    /// A table was read from one end to the other to find some of its rows.
    public static let fullScan = Kind(rawValue: "fullScan")
    /// The database made an index for one statement alone.
    public static let automaticIndex = Kind(rawValue: "automaticIndex")
    /// More or less was read or computed than expected.
    public static let cost = Kind(rawValue: "cost")
    /// A query ran on the main thread.
    public static let mainThreadQuery = Kind(rawValue: "mainThreadQuery")
    /// A query made a thread wait that others need.
    public static let blockingQuery = Kind(rawValue: "blockingQuery")
    /// The number of queries, or their cost, grows with the data.
    public static let growth = Kind(rawValue: "growth")
    /// An index is there, and a condition keeps it from being used.
    public static let unusedIndex = Kind(rawValue: "unusedIndex")
    /// Many rows are sorted for a page of few.
    public static let sortedPage = Kind(rawValue: "sortedPage")
    /// Rows were stepped over by `OFFSET`.
    public static let skippedRows = Kind(rawValue: "skippedRows")
    /// Pages were read in an order that is not total.
    public static let unorderedPage = Kind(rawValue: "unorderedPage")
    /// A foreign key without an index was followed.
    public static let unindexedKey = Kind(rawValue: "unindexedKey")
    /// Several rows were changed by a statement without a condition.
    public static let unconditionalWrite = Kind(rawValue: "unconditionalWrite")
    /// A transaction read before it asked for the write lock.
    public static let lockUpgrade = Kind(rawValue: "lockUpgrade")
    /// An index has nothing that another one has not.
    public static let redundantIndex = Kind(rawValue: "redundantIndex")
    /// The queries are other ones than in the snapshot.
    public static let snapshot = Kind(rawValue: "snapshot")
    /// An expectation made of others does not hold.
    public static let composed = Kind(rawValue: "composed")
    /// Nothing was seen, so nothing can be concluded.
    public static let blind = Kind(rawValue: "blind")
    /// An `ignoring` that ignored nothing.
    public static let unusedIgnore = Kind(rawValue: "unusedIgnore")
    /// An expectation that cannot be checked as it is written.
    public static let invalidExpectation = Kind(rawValue: "invalidExpectation")

    /// The name.
    public var description: String { rawValue }

    /// Whether it cannot be mended by what a scope does next.
    fileprivate var isFinal: Bool {
      switch self {
      case .nPlusOne, .repeatedRead, .duplicateQuery, .failure, .leak, .doubleCheckin, .unfinishedSpan, .fullScan,
        .automaticIndex, .mainThreadQuery, .blockingQuery, .openTransaction, .autocommitWrites, .rowByRowInserts,
        .invalidExpectation, .unusedIndex, .sortedPage, .skippedRows, .unorderedPage, .unindexedKey, .lockUpgrade:
        true
      default: false
      }
    }

    /// Worse findings first.
    var severity: Int {
      switch self {
      case .blind: 0
      case .invalidExpectation: 1
      case .failure: 2
      case .nPlusOne: 3
      case .repeatedRead: 4
      case .duplicateQuery: 5
      case .count, .load: 6
      case .unusedIgnore: 8
      default: 7
      }
    }
  }
}

extension Sequence<Finding> {
  /// The worst first; among equals in their order.
  package func worstFirst() -> [Finding] {
    enumerated()
      .sorted { ($0.element.kind.severity, $0.offset) < ($1.element.kind.severity, $1.offset) }
      .map(\.element)
  }
}
