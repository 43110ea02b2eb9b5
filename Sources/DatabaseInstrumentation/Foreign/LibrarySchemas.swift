internal import DatabaseSupport

/// What was told of the tables of databases that nobody here can ask, for the whole process: by their product, host and name.
///
/// It outlives the connections, as the tables do.
package enum LibrarySchemas {
  private struct Place: Hashable {
    var system: DatabaseSystem
    var address: String
    var name: String
  }

  private static let known = Locked<[Place: SchemaFacts]>([:])

  package static func facts(system: DatabaseSystem, address: String?, name: String) -> SchemaFacts {
    let place = Place(system: system, address: address ?? "", name: name)
    return known.withLock { known in
      if let facts = known[place] { return facts }
      let facts = SchemaFacts(ofLibrary: ())
      known[place] = facts
      return facts
    }
  }
}

extension SchemaFacts {
  /// Takes note of each statement of a text.
  package func noteAll(in ddl: String, dialect: SQLDialect) {
    let statements = StatementShape.statements(in: ddl, dialect: dialect)
    guard statements.count > 1 else { return note(ddl) }
    for statement in statements { note(statement.normalizedSQL) }
  }

  /// Takes what `read` says as all that there is, once for the process; its statements are a fixture's.
  package func readOnce(dialect: SQLDialect, _ read: () async throws -> [String]) async rethrows {
    try await reading?.perform {
      let fixture = RecordingScope(role: .excluded, detailLimit: 0)
      defer { fixture.finish() }
      let definitions = try await RecordingScope.$current.withValue(fixture) { try await read() }
      for definition in definitions { noteAll(in: definition, dialect: dialect) }
      noteAll()
    }
  }
}
