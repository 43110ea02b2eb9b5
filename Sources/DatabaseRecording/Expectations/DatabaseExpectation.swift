public import DatabaseInstrumentation

/// A named check of what a scope asks of the database.
///
/// One vocabulary for the `.database(…)` traits, `expectDatabase`, `DatabaseTestCase` and finished recordings:
///
/// ```swift
/// @Test(.database(.noNPlusOne, .queries(...2)))
/// func listsAuthors() throws { … }
/// ```
///
/// Write a shorthand of your own as an extension:
///
/// ```swift
/// extension DatabaseExpectation {
///   static var frugal: Self { .queries(...5) }
/// }
/// ```
public struct DatabaseExpectation: Sendable, CustomStringConvertible {
  /// What it is called, as it is written: `.queries(...2)`.
  public let name: String

  /// Whether a recording without any query can neither meet nor break it, and so must not pass it.
  package var needsQueries: Bool
  /// What of pools has to be seen, so that passing it proves something.
  package var poolNeed = PoolNeed.nothing
  /// Whether leases that did not come back fail it.
  package var findsLeaks = false
  package var allowsNoQueries = false
  package var ignores: [Ignore] = []
  /// Why it cannot be checked as it is written.
  package var problem: String?
  private let check: @Sendable (Recording, ShapeSet) -> [Finding]
  /// What it cannot tell of statements that were only counted; `nil`: nothing.
  private let need: NeededDetail?
  /// Whether it wants a number of something, and not that there is none.
  private let wantsNumber: Bool
  private let _demandsNoQueries: Bool
  /// The expectations that it is made of, and how.
  var composition: Composition?

  /// What an expectation on pools says nothing without.
  package enum PoolNeed: Sendable {
    case nothing
    /// A pool that is watched was asked for a connection.
    case checkout
    /// That, or a library began a span.
    case checkoutOrSpan
  }

  /// Statements that an expectation leaves out, and why.
  package struct Ignore: Sendable {
    var sql: String
    var shape: StatementShape
    var reason: String
  }

  /// An expectation of your own.
  ///
  /// ```swift
  /// let indexed = DatabaseExpectation("no sorting") { recording in
  ///   recording.selects.filter { ($0.cost?.sorts ?? 0) > 0 }.map { statement in
  ///     Finding(kind: .init(rawValue: "sort"), statement: statement, "Expected no sorting, \(statement.sql) sorts.")
  ///   }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - check: Returns what is wrong with a recording; nothing when the expectation holds.
  public init(_ name: String, _ check: @escaping @Sendable (Recording) -> [Finding]) {
    self.init(name: name, needsQueries: false) { recording, _ in check(recording) }
  }

  init(
    name: String, needsQueries: Bool, problem: String? = nil, needs need: NeededDetail? = nil,
    wantsNumber: Bool = false, demandsNoQueries: Bool = false,
    check: @escaping @Sendable (Recording, ShapeSet) -> [Finding]
  ) {
    self.name = name
    self.needsQueries = needsQueries
    self.problem = problem
    self.need = need
    self.wantsNumber = wantsNumber
    _demandsNoQueries = demandsNoQueries
    self.check = check
  }

  /// Its name.
  public var description: String { name }

  /// The same expectation without some statements.
  ///
  /// ```swift
  /// .noDuplicateQueries.ignoring("SELECT * FROM setting WHERE key = ?", because: "settings are re-read on purpose")
  /// ```
  ///
  /// They still count in totals. One that ignores nothing fails where it is written on a test or a call, so that it does
  /// not stay behind.
  ///
  /// - Parameters:
  ///   - sql: The statement, compared without values, white space, comments, quotes around names and the case of keywords.
  ///   - reason: Why; for the reader.
  public func ignoring(_ sql: String, because reason: String) -> DatabaseExpectation {
    if composition != nil { return mapParts { $0.ignoring(sql, because: reason) } }
    var copy = self
    copy.ignores.append(Ignore(sql: sql, shape: StatementShape(sql), reason: reason))
    if reason.allSatisfy(\.isWhitespace) {
      copy.problem = "\(name) ignores a statement without a reason: say why in `because:`."
    }
    return copy
  }

  /// The same expectation, content with a scope that sends no query at all.
  ///
  /// Without it `.noNPlusOne` fails where nothing was seen, since a check that saw nothing proves nothing.
  public var allowingNoQueries: DatabaseExpectation {
    if composition != nil { return mapParts(\.allowingNoQueries) }
    var copy = self
    copy.allowsNoQueries = true
    return copy
  }

  /// Whether it only holds where nothing is sent, so that whoever writes it says that this is right.
  var demandsNoQueries: Bool {
    switch composition {
    case .all(let parts): parts.contains(where: \.demandsNoQueries)
    case .any(let parts): !parts.isEmpty && parts.allSatisfy(\.demandsNoQueries)
    case .not: false
    case nil: _demandsNoQueries
    }
  }

  /// The same beside one that demands that nothing is sent.
  var besideSilence: DatabaseExpectation {
    switch composition {
    case .not: self
    case .any, .all: mapParts(\.besideSilence)
    case nil: needsQueries ? allowingNoQueries : self
    }
  }

  /// What is wrong with `recording`.
  ///
  /// - Parameter isInherited: Whether the expectation was written for a whole suite rather than for this test.
  package func findings(in recording: Recording, isInherited: Bool) -> [Finding] {
    if let problem {
      return [Finding(kind: .invalidExpectation, headline: "\(name) cannot be checked: \(problem)")]
    }
    if recording.isBlind { return [BlindReport(recording, expectation: name).knownBlind] }
    if let composition { return composition.findings(in: recording, isInherited: isInherited) }
    // Most tests of most suites touch no database.
    if needsQueries, isInherited, recording.isEmpty { return [] }
    let found = checked(recording)
    if found.isEmpty && needsQueries && !recording.hasQueries {
      return allowsNoQueries || isInherited ? [] : [BlindReport(recording, expectation: name).sawNothing]
    }
    if found.isEmpty && !allowsNoQueries && !isInherited && !recording.meets(poolNeed) {
      return [BlindReport(recording, expectation: name).sawNoPool(poolNeed)]
    }
    if found.isEmpty && !allowsNoQueries && !isInherited && poolNeed == .nothing && !recording.storage.ungiven.isEmpty {
      return [BlindReport(recording, expectation: name).wasGivenNothing]
    }
    if isInherited || ignores.isEmpty { return found }
    let unused = ignores.filter { recording.statements.matching($0.sql).isEmpty }
    return found + unused.map { unusedIgnore($0, recording) }
  }

  /// Whether it wants a number of something, and not that there is none; of one that is made of others, whether all of them do.
  var tellsHowMany: Bool {
    switch composition {
    case .not(let inner): inner.tellsHowMany
    case .any(let parts), .all(let parts): parts.allSatisfy(\.tellsHowMany)
    case nil: wantsNumber
    }
  }

  private func checked(_ recording: Recording) -> [Finding] {
    let ignored = ShapeSet(ignores.map(\.shape))
    let found = check(recording, ignored)
    guard let need, !found.contains(where: { $0.kind == .blind }) else { return found }
    let known = found.isEmpty ? UnknownKeys(recording, need, ignoring: ignored).judging(found, of: name) : found
    guard recording.droppedCount > 0 else { return known }
    return OnlyCounted(recording, need, ignoring: ignored).judging(known, of: name)
  }

  private func unusedIgnore(_ ignore: Ignore, _ recording: Recording) -> Finding {
    var details = ["  ignored because: \(ignore.reason)"]
    let seen = recording.queries.countsByShape.prefix(5)
    if !seen.isEmpty {
      details.append("  what was seen:")
      details += seen.map { StatementSummary.line(count: $0.count, sql: $0.shape.normalizedSQL, numbers: $0.numbers) }
    }
    details.append("  fix: remove the ignoring, or correct its SQL")
    return Finding(
      kind: .unusedIgnore,
      headline: "\(name) ignores a statement that never ran: \(ignore.shape.normalizedSQL)",
      details: details
    )
  }
}

extension Finding {
  /// A finding of your own about one statement.
  ///
  /// - Parameters:
  ///   - kind: A stable name for it.
  ///   - statement: The statement it is about; its call site becomes the finding's.
  ///   - headline: One line that says what was expected, what was found, and what to do.
  public init(kind: Kind, statement: ExecutedStatement, _ headline: String) {
    let site = statement.callSite
    self.init(
      kind: kind, headline: headline,
      details: [StatementSummary([statement]).line] + (site.map { ["       at \($0)"] } ?? []), count: 1,
      callSite: site, statements: [statement])
  }

  /// A finding of your own about the whole recording.
  ///
  /// - Parameters:
  ///   - kind: A stable name for it.
  ///   - headline: One line that says what was expected, what was found, and what to do.
  public init(kind: Kind, _ headline: String) {
    self.init(kind: kind, headline: headline, details: [])
  }
}
