internal import CStatementLog

/// One transaction, or one statement outside of any that wrote: what it did, by table, and how it ended.
package struct TransactionRecord: Sendable {
  package enum Mode: Sendable, Hashable {
    case deferred, immediate, exclusive
    /// Begun by a savepoint outside of any transaction.
    case savepoint
    /// A statement outside of any transaction, which is one by itself.
    case autocommit
    /// It was open when it was first seen.
    case unseen
  }

  package enum Outcome: Sendable, Hashable {
    case open, committed, rolledBack
    /// It ended while nobody looked.
    case unknown
  }

  /// A statement within a recording.
  package struct Place: Sendable, Hashable {
    /// 0: of no recording.
    package var scope: UInt32
    /// Its position in the log of the connection, plus 1; 0: it has no record.
    package var statement: UInt64

    package init(scope: UInt32 = 0, statement: UInt64 = 0) {
      self.scope = scope
      self.statement = statement
    }
  }

  /// What one recording has to do with it.
  package struct Participant: Sendable, Hashable {
    package var scope: UInt32
    /// Statements that write, whether or not they changed a row.
    package var writes = 0
    /// The first and the last statement that began it, wrote, or ended it.
    package var first: UInt64
    package var last: UInt64
  }

  package var mode: Mode
  package var outcome = Outcome.open
  /// Whether it was rolled back by the database and not by a `ROLLBACK`.
  package var isRolledBackByDatabase = false
  /// What ran.
  package var executed = ChangeTally()
  /// What lasted; of a transaction that is open, what was not undone so far.
  package var durable = ChangeTally()
  /// Where it began, unless that was not seen.
  package var begin: Place?
  package var end: Place?
  package var participants: [Participant] = []
  /// Nanoseconds of the monotonic clock.
  package var start: UInt64
  /// Whether all row changes in it are known.
  package var isComplete = true

  package init(mode: Mode, begin: Place?, start: UInt64) {
    self.mode = mode
    self.begin = begin
    self.start = start
  }

  package var writes: Int { participants.reduce(0) { $0 + $1.writes } }

  /// Statements in a row that wrote.
  mutating func note(_ run: dsl_run) {
    note(Place(scope: run.scope, statement: run.first), writes: Int(run.writes))
    note(Place(scope: run.scope, statement: run.last), writes: 0)
  }

  mutating func note(_ place: Place, isWrite: Bool) { note(place, writes: isWrite ? 1 : 0) }

  private mutating func note(_ place: Place, writes: Int) {
    if participants.last?.scope == place.scope {
      participants[participants.count - 1].note(place, writes: writes)
    } else if let index = participants.firstIndex(where: { $0.scope == place.scope }) {
      participants[index].note(place, writes: writes)
    } else {
      var participant = Participant(scope: place.scope, first: place.statement, last: place.statement)
      participant.writes = writes
      participants.append(participant)
    }
  }
}

extension TransactionRecord.Participant {
  fileprivate mutating func note(_ place: TransactionRecord.Place, writes: Int) {
    self.writes += writes
    guard place.statement != 0 else { return }
    if first == 0 { first = place.statement }
    last = max(last, place.statement)
  }
}
