internal import CStatementLog
internal import DatabaseInstrumentation

/// The accesses to pools that are watched from the outside, from the statements that ran on their connections.
///
/// A connection is in use from a statement that begins outside of a transaction to the first one after which there is none: that
/// is one transaction, as each `read` and `write` of GRDB is, or one statement alone. What asks for the schema, or sets a connection
/// up, is no access.
struct ObservedAccesses {
  private let evidence: StatementEvidence
  private let pools: [String: ObservedPools.Pool]
  private let test: String?

  /// - Parameter scope: Whose evidence it is.
  init(_ evidence: StatementEvidence, of scope: RecordingScope) {
    self.evidence = evidence
    pools = ObservedPools.shared.all
    test = pools.isEmpty ? nil : scope.runningTest
  }

  private struct Access {
    var pool: String
    var connection: Int
    var databaseConnection: UInt64
    var first: Int
    var began: UInt64
    var ended: UInt64?
  }

  /// In the order in which they began.
  var leases: [LeaseRecord] {
    guard !pools.isEmpty else { return [] }
    var counts: [UInt64: Int] = [:]
    return accesses.sorted { $0.began < $1.began }.enumerated().map { index, access in
      counts[access.databaseConnection, default: 0] += 1
      return LeaseRecord(
        observed: index + 1, pool: access.pool, connection: access.connection,
        databaseConnection: access.databaseConnection,
        checkoutCount: counts[access.databaseConnection, default: 1], began: access.began, ended: access.ended,
        stack: evidence.stack(at: access.first), test: test)
    }
  }

  private var accesses: [Access] {
    var found: [Access] = []
    /// By connection: the access that runs, or `nil` in one that began before the recording.
    var running: [Int32: Access?] = [:]
    var numbers: [String: [UInt64]] = [:]
    /// By connection: when its latest statement ended.
    var ends: [Int32: UInt64] = [:]
    for index in evidence.records.indices where evidence.records[index].parent == 0 {
      let info = evidence.connection(at: index).info
      guard let file = info.file, let pool = pools[file] else { continue }
      let record = evidence.records[index]
      let connection = evidence.connectionIndices[index]
      let end = record.start &+ (record.duration == StatementRecord.unknown ? 0 : record.duration)
      if running[connection] == nil {
        if record.flags.contains(.autocommit), isUpkeep(record) { continue }
        if !(numbers[file] ?? []).contains(info.id) { numbers[file, default: []].append(info.id) }
        let number = (numbers[file]?.firstIndex(of: info.id) ?? 0) + 1
        running[connection] = .some(
          record.flags.contains(.autocommit)
            ? Access(
              pool: pool.name, connection: number, databaseConnection: info.id, first: index, began: record.start)
            : nil)
      }
      ends[connection] = end
      let isOver = record.flags.contains(.endsInAutocommit) && !record.flags.contains(.unfinished)
      guard isOver, let ended = running.removeValue(forKey: connection), var access = ended else { continue }
      access.ended = end
      found.append(access)
    }
    return found
      + running.compactMap { connection, access in
        // A connection that was closed took its transaction with it.
        if var access, !evidence.connections[Int(connection)].isOpen {
          access.ended = ends[connection]
          return access
        }
        return access
      }
  }

  private func isUpkeep(_ record: StatementRecord) -> Bool {
    let kind = ShapeTable.shared[record.shape].kind
    return kind == .pragma || kind == .schema
  }
}
