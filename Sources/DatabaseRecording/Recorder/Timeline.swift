internal import DatabaseInstrumentation
internal import DatabaseSupport

/// A recording as text: one line for each statement.
struct Timeline {
  let recording: Recording

  private static let lineLimit = 200

  var text: String {
    var lines = [headline]
    var depths: [Int: Int] = [:]
    for statement in recording.statements.prefix(Self.lineLimit) {
      let depth = statement.enclosingStatement.map { (depths[$0] ?? 0) + 1 } ?? 0
      depths[statement.number] = depth
      var line = String(repeating: "  ", count: depth + 1) + statement.description
      if recording.connections.count > 1 { line += "  on \(statement.connection)" }
      lines.append(line)
    }
    let hidden = recording.statements.count - min(Self.lineLimit, recording.storage.evidence.records.count)
    if hidden > 0 { lines.append("  … and \(hidden.counted("more statement"))") }
    return (lines + notes).map(\.singleLine).joined(separator: "\n")
  }

  private var headline: String {
    let name = recording.label.isEmpty ? "Recording" : "Recording \"\(recording.label)\""
    let connections = recording.connections.map(\.description).joined(separator: ", ")
    let on = connections.isEmpty ? "" : " on \(connections)"
    return
      "\(name): \(recording.queries.count.counted("query", plural: "queries")), \(recording.statements.count.counted("statement"))\(on)"
  }

  private var notes: [String] {
    var notes: [String] = []
    if recording.excludedCount > 0 {
      notes.append("  fixtures: \(recording.excludedCount.counted("statement")) left out")
    }
    if recording.droppedCount > 0 {
      notes.append("  \(recording.droppedCount.counted("statement")) counted by shape, without details")
    }
    notes += recording.storage.blindness.map { "  blind: \($0)" }
    notes += recording.notes.map { "  \($0)" }
    notes += Unseen(recording).lines
    return notes
  }
}
