#if GRDB
  internal import DatabaseInstrumentation
  internal import GRDB
  internal import SQLiteInstrumentation

  /// Hands the row changes that GRDB hears to the recordings, where they have nobody else to tell them.
  final class RowChangeObserver: TransactionObserver {
    private let receiver: RowChangeReceiver

    private init(_ receiver: RowChangeReceiver) {
      self.receiver = receiver
    }

    /// Observes a connection for all its life, where that is needed and row changes are wanted.
    static func observe(_ db: Database) {
      guard SQLiteInstrumentor.recordsRowChanges, !SQLiteInstrumentor.tellsRowChanges, !db.configuration.readonly,
        let connection = db.sqliteConnection, let receiver = RowChangeReceiver(connection)
      else { return }
      db.add(transactionObserver: RowChangeObserver(receiver), extent: .databaseLifetime)
    }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }

    func databaseDidChange(with event: DatabaseEvent) {
      switch event.kind {
      case .insert: receiver.tell(.insert, database: event.databaseName, table: event.tableName)
      case .update: receiver.tell(.update, database: event.databaseName, table: event.tableName)
      case .delete: receiver.tell(.delete, database: event.databaseName, table: event.tableName)
      }
    }

    func databaseDidCommit(_ db: Database) {}

    func databaseDidRollback(_ db: Database) {}
  }
#endif
