/// A foreign key: the columns of the child table, and what they refer to.
package struct ForeignKeyDefinition: Sendable, Hashable {
  package var columns: [String]
  package var parentTable: String
  /// Empty where the parent's primary key is meant.
  package var parentColumns: [String]
  /// Whether deleting or changing a parent changes the rows that refer to it: `ON DELETE CASCADE`, `ON UPDATE SET NULL`.
  package var hasActions = false

  package init(columns: [String], parentTable: String, parentColumns: [String] = []) {
    self.columns = columns
    self.parentTable = parentTable
    self.parentColumns = parentColumns
  }
}

/// A table as its `CREATE TABLE` defines it, with names as they were written but without quotes and schema.
///
/// ```text
/// TableDefinition(createTable: "CREATE TABLE book (id INTEGER PRIMARY KEY, authorId REFERENCES author(id))")
/// ```
package struct TableDefinition: Sendable, Hashable {
  package var name: String
  package var columns: [String]
  /// Empty where none was declared.
  package var primaryKey: [String]
  package var foreignKeys: [ForeignKeyDefinition]
  /// Whether writing to it may write to any other table.
  package var hasTriggers = false
  package var hasRowid = true
  /// Whether writing to it may remove other rows: `ON CONFLICT REPLACE` in it, or `REPLACE` in a trigger of its.
  package var mayReplace = false
  /// Whether it may have been there before, with other columns: `CREATE TABLE IF NOT EXISTS`.
  package var isConditional = false
  /// Whether a generated column gives something else each time that it is read, although nothing was written.
  package var isVolatile = false

  package init(
    name: String, columns: [String], primaryKey: [String] = [], foreignKeys: [ForeignKeyDefinition] = []
  ) {
    self.name = name
    self.columns = columns
    self.primaryKey = primaryKey
    self.foreignKeys = foreignKeys
  }

  /// - Returns: `nil` for what is not a `CREATE [TEMP] TABLE` with a list of columns: a virtual table, `AS SELECT`.
  package init?(createTable sql: String) {
    var sql = sql
    guard let table = sql.withUTF8({ TableDefinition(utf8: $0) }) else { return nil }
    self = table
  }

  /// The same over bytes.
  package init?(utf8 sql: UnsafeBufferPointer<UInt8>) {
    guard case .create(let table) = SchemaChange(utf8: sql) else { return nil }
    self = table
  }
}

/// What a statement changes of the tables, the foreign keys and the triggers, when it does.
package enum SchemaChange: Sendable, Hashable {
  case create(TableDefinition)
  case add(columns: [String] = [], foreignKeys: [ForeignKeyDefinition] = [], table: String)
  case renameColumn(String, to: String, table: String)
  case rename(table: String, to: String)
  case drop(table: String)
  case trigger(on: String)

  /// - Returns: `nil` for a statement of another kind; of several statements the first counts.
  package init?(_ sql: String) {
    var sql = sql
    guard let change = sql.withUTF8({ SchemaChange(utf8: $0) }) else { return nil }
    self = change
  }

  /// The same over bytes.
  package init?(utf8 sql: UnsafeBufferPointer<UInt8>) {
    var parser = SchemaParser(sql)
    guard var change = parser.change() else { return nil }
    if case .create(var table) = change, SQLTokenList(sql, dialect: .sqlite).hasVolatileColumn {
      table.isVolatile = true
      change = .create(table)
    }
    self = change
  }
}
