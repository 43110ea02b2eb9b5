internal import CStatementLog
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// What the detectors look up again and again, from one pass over the statements.
struct EvidenceIndex {
  private struct TableKey: Hashable {
    var database: ObjectIdentifier
    var table: String
  }

  private let evidence: StatementEvidence
  /// Where in `reads` those of a table are.
  private var places: [TableKey: Int] = [:]
  private var reads: [[Int]] = []
  private var boundaries: [Int32: [Int]] = [:]
  /// Statements that failed.
  private var failures: [Int] = []

  init(_ evidence: StatementEvidence) {
    self.evidence = evidence
    let memo = ShapeMemo<[Int]>(evidence)
    for index in evidence.records.indices {
      if evidence.records[index].error != 0 { failures.append(index) }
      switch evidence.kinds[index] {
      case .select where Self.mayHaveRows(evidence.records[index]):
        let places = memo.value(at: index) {
          let database = ObjectIdentifier(evidence.connection(at: index).database)
          let schema = evidence.schema(at: index)
          // What a view reads is read by whoever reads the view.
          var tables: [String] = []
          for table in evidence.shape(at: index).tables {
            tables += schema.tables(behind: table.name).filter { !tables.contains($0) }
          }
          return tables.map { place(of: TableKey(database: database, table: $0)) }
        }
        for place in places { reads[place].append(index) }
      case .transaction, .pragma:
        boundaries[evidence.connectionIndices[index], default: []].append(index)
      default:
        break
      }
    }
  }

  private mutating func place(of key: TableKey) -> Int {
    if let known = places[key] { return known }
    places[key] = reads.count
    reads.append([])
    return reads.count - 1
  }

  private static func mayHaveRows(_ record: StatementRecord) -> Bool {
    record.error == 0 && record.knownRows != 0
  }

  private static func mayHaveSeveralRows(_ record: StatementRecord) -> Bool {
    guard record.error == 0 else { return false }
    return (record.knownRows ?? 2) >= 2
  }

  /// The last read of a table before a statement that returned at least two rows, or whose rows are not known.
  ///
  /// - Complexity: O(log *n*), and one step more for each execution of the statement's own shape in between, and for each read of
  ///   one row.
  func parent(of statement: Int, on table: String) -> Int? {
    reads(before: statement, on: table).last {
      evidence.records[$0].shape != evidence.records[statement].shape
        && Self.mayHaveSeveralRows(evidence.records[$0])
    }
  }

  /// The rows of the last read of a table before a statement that returned any; `nil`: unknown, or there is none.
  func rowsBefore(_ statement: Int, on table: String) -> Int? {
    reads(before: statement, on: table)
      .last { evidence.records[$0].shape != evidence.records[statement].shape }
      .flatMap { evidence.records[$0].knownRows }
  }

  private func reads(before statement: Int, on table: String) -> ArraySlice<Int> {
    let database = ObjectIdentifier(evidence.connection(at: statement).database)
    guard let place = places[TableKey(database: database, table: table.lowercased())] else { return [] }
    return reads[place][..<reads[place].partitioningIndex { $0 >= statement }]
  }

  /// The last read before a statement, on its database, that returned at least two rows or whose rows are not known:
  /// where an ORM declared the load, though not on which table its rows depend.
  func parent(of statement: Int) -> Int? {
    let database = ObjectIdentifier(evidence.connection(at: statement).database)
    return evidence.records.indices[..<statement].last {
      evidence.shape(at: $0).kind == .select && evidence.records[$0].shape != evidence.records[statement].shape
        && ObjectIdentifier(evidence.connection(at: $0).database) == database
        && Self.mayHaveSeveralRows(evidence.records[$0])
    }
  }

  /// Whether a statement failed between two others.
  func fails(between first: Int, _ last: Int) -> Bool {
    let next = failures.partitioningIndex { $0 > first }
    return next < failures.endIndex && failures[next] < last
  }

  /// Whether two statements of one connection lie within one access of a library to the database: it began with a
  /// statement that a library sends there, and none stands between the two.
  func isOneAccess(_ first: Int, _ last: Int) -> Bool {
    guard let boundaries = boundaries[evidence.connectionIndices[first]] else { return false }
    let next = boundaries.partitioningIndex { $0 > first }
    return next > boundaries.startIndex && (next == boundaries.endIndex || boundaries[next] > last)
  }
}
