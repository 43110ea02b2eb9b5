internal import CStatementLog

/// One transaction of a recording, or one statement outside of any that wrote, which is a transaction by itself.
///
/// ```swift
/// #expect(recording.transactions.filter { $0.outcome == .rolledBack }.isEmpty)
/// ```
public struct RecordedTransaction: Sendable, CustomStringConvertible {
  /// How it began.
  public enum Mode: String, Sendable, Hashable, Codable {
    /// `BEGIN` or `BEGIN DEFERRED`.
    case deferred
    /// `BEGIN IMMEDIATE`.
    case immediate
    /// `BEGIN EXCLUSIVE`.
    case exclusive
    /// A `SAVEPOINT` outside of any transaction.
    case savepoint
    /// A statement outside of any transaction.
    case autocommit
    /// It was open before it was first seen, so that only a part of it is known.
    case unseen
  }

  /// How it ended.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// It was open when the recording ended.
    case open
    /// Its changes lasted.
    case committed
    /// By a `ROLLBACK`, or by the database.
    case rolledBack
    /// It ended while no recording was running.
    case unknown
  }

  package let evidence: StatementEvidence
  package let transaction: TransactionEvidence

  package init(evidence: StatementEvidence, transaction: TransactionEvidence) {
    self.evidence = evidence
    self.transaction = transaction
  }

  /// How it began.
  public var mode: Mode {
    switch transaction.mode {
    case .deferred: .deferred
    case .immediate: .immediate
    case .exclusive: .exclusive
    case .savepoint: .savepoint
    case .autocommit: .autocommit
    case .unseen: .unseen
    }
  }

  /// How it ended.
  public var outcome: Outcome {
    switch transaction.outcome {
    case .open: .open
    case .committed: .committed
    case .rolledBack: .rolledBack
    case .unknown: .unknown
    }
  }

  /// Whether the database rolled it back by itself: a conflict clause, a full disk, a commit that was refused.
  public var isRolledBackByDatabase: Bool { transaction.isRolledBackByDatabase }

  /// Whether it began before the recording, so that the recording has a part of it only.
  public var beganBefore: Bool { !transaction.beganInside }

  /// Statements that insert, update, delete or define something; those that changed no row count as well.
  public var writeCount: Int { transaction.writes }

  /// What ran in it, within the recording.
  public var executed: RowChanges { RowChanges(transaction.executed) }

  /// What lasted of that. See ``Flush/inserted``.
  public var lasting: RowChanges { RowChanges(transaction.lasting) }

  /// The connection it ran on.
  public var connection: ConnectionInfo { evidence.connections[Int(transaction.connection)].info }

  /// The line of the app that began it.
  public var callSite: CallSite? { transaction.beginStatement.flatMap { evidence.callSite(at: $0)?.site } }

  /// `committed, immediate: inserted book 1`.
  public var description: String {
    let changes = executed.isEmpty ? "no rows changed" : "\(executed)"
    return "\(outcome == .rolledBack ? "rolled back" : outcome.rawValue), \(mode): \(changes)"
  }
}
