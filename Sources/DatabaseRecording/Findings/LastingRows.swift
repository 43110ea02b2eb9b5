internal import DatabaseInstrumentation

/// What a recording wrote so that it lasts.
struct LastingRows {
  private(set) var changes = RowChanges()
  /// Without rows of temporary tables, which last no longer than their connection.
  private(set) var durable = RowChanges()

  init(_ recording: Recording) {
    for entry in recording.storage.evidence.writes.lasting {
      changes.add(entry.rows, to: entry.table.qualified)
      if entry.table.database != "temp" { durable.add(entry.rows, to: entry.table.qualified) }
    }
  }
}
