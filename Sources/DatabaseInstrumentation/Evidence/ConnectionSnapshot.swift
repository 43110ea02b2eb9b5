/// A connection as it was when the evidence was taken.
package struct ConnectionSnapshot: Sendable {
  package let info: ConnectionInfo
  package let database: ObservedDatabase
  /// Whether statements on it are known to have been missed.
  package let hasLostStatements: Bool
  /// Why, where its source said so.
  package let loss: String?
  package let isOpen: Bool
  /// Whether it was opened before any recording.
  let isOpenedOutside: Bool
  /// Whether it stands for all connections of which log messages tell.
  package let isOfLog: Bool
  /// Whether it stands for what an endpoint on the way to the server saw.
  let isOnWire: Bool
  private let schemas: SchemaTimeline
  /// Nothing but an identity that is nobody else's while the snapshot lives.
  private let source: ObservedConnection

  init(_ connection: ObservedConnection) {
    info = connection.info
    database = connection.database
    hasLostStatements = connection.hasLostStatements
    loss = connection.loss
    isOpen = connection.isOpen
    isOpenedOutside = !connection.isBound && !connection.isOfLog && !connection.isOnWire
    isOfLog = connection.isOfLog
    isOnWire = connection.isOnWire
    schemas = connection.schemas
    source = connection
  }

  /// Whether there may be tables that are not known.
  package var mayLackTables: Bool { schema.mayLackTables }

  /// Of the connection, whenever the snapshot was taken.
  var id: ObjectIdentifier { ObjectIdentifier(source) }

  /// What is known of the tables that a statement found which began at `time`: what the connection itself said, else what is
  /// known of its database.
  func schema(at time: UInt64) -> SchemaFacts { schemas.facts(at: time) ?? database.schema }

  /// What is known of its tables.
  package var schema: SchemaFacts { schemas.latest ?? database.schema }
}
