internal import CStatementLog
internal import DatabaseSupport
internal import Synchronization

/// Statements that ran without their task while a recording did, and may be meant to be its.
///
/// Only those on a database that the recording itself used, or may have used without that anybody could tell: through what logs, or
/// through an endpoint that tests share.
package struct TasklessStatements: Sendable {
  /// How many ran, on which databases.
  package let count: Int
  package let databases: [String]
  /// Whether log messages or a shared endpoint told of some: then those may be the recording's as well that used no such database yet.
  package let hasLogged: Bool
  /// Whether the recording is known to have used such a database.
  package let usesLog: Bool
  /// The most frequent ones first.
  package let shapes: [(shape: UInt32, count: Int)]
  /// The evidence with all of them.
  package let evidence: StatementEvidence
  /// The evidence with those that nobody else can be meant by: on a connection that the recording itself used, while no other
  /// one that uses the database ran, nor has any begun to use it since.
  package let evidenceOfCertainOnes: StatementEvidence
  /// The evidence with the reads of all of them: what others wrote in between may hide that two are equal.
  package let evidenceOfReads: StatementEvidence

  /// - Parameters:
  ///   - scope: The recording.
  ///   - own: What it saw.
  ///   - seen: The same, with what may be another one's as well.
  ///   - doubtful: Where that is in `seen`.
  ///   - intervals: What no recording took meanwhile.
  /// - Returns: `nil` where there are none.
  package init?(
    of scope: RecordingScope, beside own: StatementEvidence, seen: StatementEvidence, doubtful: [Int],
    in intervals: [UnattributedInterval]
  ) {
    let end = min(scope.end.pointee.load(ordering: .acquiring), monotonicNanoseconds())
    let filter = Filter(scope: scope, end: end, own: own)
    var (all, certain, reads) = (seen, own, seen)
    var counts: [UInt32: Int] = [:]
    var names: [String] = []
    var logged = false

    func tally(_ index: Int, of other: StatementEvidence) {
      if other.isOfLogOrWire(index) { logged = true }
      counts[other.records[index].shape, default: 0] += 1
      let name = other.connection(at: index).info.name
      if !names.contains(name) { names.append(name) }
    }

    func add(
      _ other: StatementEvidence, of store: RecordingTree, _ isCertain: (StatementRecord) -> Bool, _ chosen: [Int]
    ) {
      guard !chosen.isEmpty else { return }
      let shift = (Int64(clamping: store.origin) - Int64(clamping: scope.store.origin)) << 12
      all = all.adding(chosen, of: other, shift: shift)
      let connections = Set(own.connections.map(\.id))
      let own = chosen.filter {
        let (record, connection) = (other.records[$0], other.connection(at: $0))
        return isCertain(record) && connections.contains(connection.id)
          && connection.database.latestUser <= record.start
      }
      if !own.isEmpty { certain = certain.adding(own, of: other, shift: shift) }
      for index in chosen { tally(index, of: other) }
      if logged { reads = reads.adding(chosen.filter { other.kinds[$0] == .select }, of: other, shift: shift) }
    }

    for index in doubtful { tally(index, of: seen) }

    for interval in intervals {
      let other = interval.all.store.evidence(of: interval.all, from: scope.start, until: end)
      add(other, of: interval.all.store, { $0.scope == interval.ofOne.id }, filter.unattributed(in: other))
    }
    if own.outerStatements > 0, let outermost = scope.outermost {
      let other = scope.store.evidence(of: outermost, from: scope.start, until: end)
      add(other, of: scope.store, { _ in false }, filter.ofOuterScopes(in: other))
    }
    guard !counts.isEmpty else { return nil }
    count = counts.values.reduce(0, +)
    databases = names
    hasLogged = logged
    usesLog = scope.store.usesLog || own.connections.contains(where: \.isOnWire)
    shapes = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    evidence = all
    evidenceOfCertainOnes = certain
    evidenceOfReads = reads
  }

  private struct Filter {
    let scope: RecordingScope
    let end: UInt64
    let databases: Set<ObjectIdentifier>
    /// Whether it may have used what logs: it did, or nobody knows what it used.
    let mayHaveLogged: Bool
    /// Whether it may have used a shared endpoint without that any of its statements there is known: it has none of any endpoint, and others
    /// of PostgreSQL, or none at all.
    let mayHaveUsedEndpoint: Bool

    init(scope: RecordingScope, end: UInt64, own: StatementEvidence) {
      self.scope = scope
      self.end = end
      mayHaveLogged = scope.store.usesLog || (own.records.isEmpty && own.dropped.isEmpty)
      let isSilent = own.records.isEmpty && own.dropped.isEmpty
      mayHaveUsedEndpoint =
        !own.connections.contains(where: \.isOnWire)
        && (isSilent
          || own.connections.contains { $0.info.system == .otherSQL || $0.info.system.dialect == .postgreSQL })
      databases = Set(own.connections.map { ObjectIdentifier($0.database) })
    }

    private func isMeanwhile(_ record: StatementRecord) -> Bool { scope.start <= record.start && record.start <= end }

    /// Whether a statement ran on a database that the recording may have used.
    private func mayBeMeant(_ index: Int, of other: StatementEvidence) -> Bool {
      let connection = other.connection(at: index)
      return databases.contains(ObjectIdentifier(connection.database))
        || (mayHaveLogged && other.records[index].flags.contains(.fromLog))
        || (mayHaveUsedEndpoint && connection.isOnWire)
    }

    func unattributed(in other: StatementEvidence) -> [Int] {
      other.records.indices.filter { index in
        isMeanwhile(other.records[index]) && mayBeMeant(index, of: other)
      }
    }

    /// Those that belong to a recording around this one because their connection does.
    func ofOuterScopes(in other: StatementEvidence) -> [Int] {
      var around: Set<UInt32> = []
      var outer = scope.parent
      while let current = outer {
        around.insert(current.id)
        outer = current.parent
      }
      return other.records.indices.filter { index in
        let record = other.records[index]
        return record.flags.contains(.viaConnection) && around.contains(record.scope) && isMeanwhile(record)
          && mayBeMeant(index, of: other)
      }
    }
  }
}

extension StatementEvidence {
  /// Whether only a log message or a shared endpoint told of a statement, neither of which knows whose it is.
  fileprivate func isOfLogOrWire(_ index: Int) -> Bool {
    records[index].flags.contains(.fromLog) || connection(at: index).isOnWire
  }
}

extension RecordingScope {
  /// The scope around all others of its tree; `nil`: it is that one.
  fileprivate var outermost: RecordingScope? {
    var scope = parent
    while let outer = scope?.parent { scope = outer }
    return scope
  }
}
