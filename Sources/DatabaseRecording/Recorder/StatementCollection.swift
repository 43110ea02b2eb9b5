internal import CStatementLog
public import DatabaseInstrumentation

/// Shapes of which the schema has said that they are the same: strings in double quotes, which might have been names.
private struct SameShapes {
  private let evidence: StatementEvidence
  private var numbers: [UInt32: UInt32] = [:]
  private var first: [StatementShape: UInt32] = [:]

  init(_ evidence: StatementEvidence) { self.evidence = evidence }

  /// The number that stands for all that are the same.
  mutating func first(_ number: UInt32) -> UInt32 {
    if let known = numbers[number] { return known }
    let shape = evidence.shape(number)
    let found = shape.mayHaveSame ? first[shape] ?? number : number
    if shape.mayHaveSame { first[shape] = found }
    numbers[number] = found
    return found
  }
}

/// Statements of a recording, in the order in which they began.
///
/// ```swift
/// recording.queries.on("book").count
/// recording.selects.matching("SELECT * FROM book WHERE authorId = ?").first?.rowsReturned
/// ```
///
/// It is a sequence rather than a collection because ``count`` is exact even where a very long recording kept only its
/// first statements one by one: it can be larger than the number of elements.
public struct StatementCollection: Sendable, Sequence, CustomStringConvertible {
  private let evidence: StatementEvidence
  private let indices: [Int]
  private let dropped: [DroppedShape]

  init(_ evidence: StatementEvidence, _ isIncluded: (StatementKind) -> Bool) {
    self.evidence = evidence
    // Most tests of most suites touch no database.
    if evidence.kinds.isEmpty, evidence.dropped.isEmpty {
      (indices, dropped) = ([], [])
      return
    }
    var indices: [Int] = []
    for index in 0..<evidence.kinds.count where isIncluded(evidence.kinds[index]) { indices.append(index) }
    self.indices = indices
    dropped = evidence.dropped.filter { isIncluded(evidence.shape(of: $0).kind) }
  }

  private init(
    _ evidence: StatementEvidence, _ indices: [Int], _ dropped: [DroppedShape],
    where isIncluded: (StatementShape) -> Bool
  ) {
    // Asked once for each shape: what a shape means is worked out when it is first asked for.
    var known: [UInt32: Bool] = [:]
    func includes(_ shape: UInt32) -> Bool {
      if let answer = known[shape] { return answer }
      let answer = isIncluded(evidence.shape(shape))
      known[shape] = answer
      return answer
    }
    self.evidence = evidence
    self.indices = indices.filter { includes(evidence.records[$0].shape) }
    self.dropped = dropped.filter { includes($0.shape) }
  }

  /// How many statements there were, exactly.
  public var count: Int { indices.count + dropped.reduce(0) { $0 + $1.statements.count } }

  /// Whether there were none.
  public var isEmpty: Bool { indices.isEmpty && dropped.isEmpty }

  /// The first of them.
  public var first: ExecutedStatement? { indices.first.map { ExecutedStatement(evidence: evidence, index: $0) } }

  /// The last that was kept.
  public var last: ExecutedStatement? { indices.last.map { ExecutedStatement(evidence: evidence, index: $0) } }

  /// The statement at a position of this collection, from 0.
  ///
  /// - Precondition: `position` is less than the number of statements that were kept.
  public subscript(position: Int) -> ExecutedStatement {
    ExecutedStatement(evidence: evidence, index: indices[position])
  }

  /// The statements that read or write a table, named in any case.
  public func on(_ table: String) -> StatementCollection {
    let table = table.lowercased()
    return matching { shape in shape.tables.contains { $0.name.lowercased() == table } }
  }

  /// The statements that ran on connections of a name: the file's, unless they were given another.
  public func on(database: String) -> StatementCollection {
    let isNamed = evidence.connections.map { $0.info.name == database }
    let indices = indices.filter { isNamed[Int(evidence.connectionIndices[$0])] }
    return StatementCollection(evidence, indices, dropped.filter { isNamed[Int($0.connection)] }) { _ in true }
  }

  /// The statements that are the same as `sql` except for values, white space, comments, quotes around names and the case
  /// of keywords.
  public func matching(_ sql: String) -> StatementCollection {
    let shapes = ShapeSet([StatementShape(sql)])
    return matching { shapes.contains($0) }
  }

  func matching(where isIncluded: (StatementShape) -> Bool) -> StatementCollection {
    StatementCollection(evidence, indices, dropped, where: isIncluded)
  }

  /// Those that were not kept one by one.
  var onlyCounted: [DroppedShape] { dropped }

  /// How many failed, exactly.
  package var failureCount: Int {
    indices.reduce(0) { $0 + (evidence.records[$1].error == 0 ? 0 : 1) }
      + dropped.reduce(0) { $0 + $1.statements.failures }
  }

  /// Exact counts by shape, the most frequent first; among equals the one that came first.
  package var countsByShape: [(shape: StatementShape, count: Int, numbers: [Int])] {
    var found: [UInt32: (count: Int, numbers: [Int])] = [:]
    var order: [UInt32] = []
    var same = SameShapes(evidence)
    for index in indices {
      let shape = same.first(evidence.records[index].shape)
      if found[shape] == nil { order.append(shape) }
      found[shape, default: (0, [])].count += 1
      found[shape]?.numbers.append(index + 1)
    }
    for entry in dropped {
      let shape = same.first(entry.shape)
      if found[shape] == nil { order.append(shape) }
      found[shape, default: (0, [])].count += entry.statements.count
    }
    return order.enumerated()
      .sorted { a, b in
        let (left, right) = (found[a.element]?.count ?? 0, found[b.element]?.count ?? 0)
        return left == right ? a.offset < b.offset : left > right
      }
      .compactMap { entry in found[entry.element].map { (evidence.shape(entry.element), $0.count, $0.numbers) } }
  }

  /// Iterates over the statements that were kept one by one.
  public func makeIterator() -> Iterator { Iterator(evidence: evidence, indices: indices.makeIterator()) }

  /// The iterator of ``StatementCollection``.
  public struct Iterator: IteratorProtocol {
    fileprivate let evidence: StatementEvidence
    fileprivate var indices: IndexingIterator<[Int]>

    /// The next statement.
    public mutating func next() -> ExecutedStatement? {
      indices.next().map { ExecutedStatement(evidence: evidence, index: $0) }
    }
  }

  /// One line for each statement.
  public var description: String { map(\.description).joined(separator: "\n") }
}
