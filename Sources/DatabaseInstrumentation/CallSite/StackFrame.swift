/// One frame of a call stack, as far as it could be symbolicated.
package struct StackFrame: Sendable, Hashable {
  package var address: UInt
  /// As it is in the binary.
  package var symbol: String?
  /// Readable, without argument types.
  package var function: String?
  package var module: String?
  package var file: String?
  package var line: Int?
  package var column: Int?
  /// The library or program.
  package var image: String?
  /// A thunk, a merged or an outlined function: nobody wrote it.
  package var isGenerated = false

  package init(address: UInt) {
    self.address = address
  }

  /// Whether somebody who uses a database library wrote it.
  package var isAppCode: Bool {
    guard !isGenerated, let function, !function.isEmpty else { return false }
    if let file, file.hasPrefix("@") || file.contains("/@__swiftmacro") { return false }
    if let module { return !KnownModules.areSkipped(module) && !(file != nil && line == 0) }
    // C, C++ and Objective-C have no modules in their symbols: with debug information it is the app's, or our own.
    guard let file, (line ?? 0) > 0 else { return false }
    return !["/CSQLiteHooks/", "/CSQLiteInstallAtLoad/", "sanitizer_common"].contains { file.contains($0) }
  }

  package var callSite: CallSite {
    CallSite(function: function ?? "", module: module, filePath: file, line: line.flatMap { $0 > 0 ? $0 : nil })
  }
}

/// A library between the app and its database.
package enum DatabaseLibrary: Sendable, Hashable {
  case grdb
  case sqliteSwift
  case fluent
  case other

  init?(module: String) {
    switch module {
    case "GRDB": self = .grdb
    case "SQLite": self = .sqliteSwift
    case let name where name.hasPrefix("Fluent") || name == "SQLKit": self = .fluent
    case let name where KnownModules.databaseLibraries.contains(name): self = .other
    default: return nil
    }
  }
}

/// Modules whose functions are never the call site of a statement.
enum KnownModules {
  static let databaseLibraries: Set<String> = [
    "GRDB", "GRDBSQLite", "GRDBQuery", "SQLite", "SQLiteNIO", "SQLiteKit", "SQLKit", "FluentKit", "FluentSQL",
    "FluentSQLiteDriver", "FluentPostgresDriver", "FluentMySQLDriver", "Fluent", "PostgresNIO", "PostgresKit",
    "MySQLNIO",
    "MySQLKit", "Lighter", "StructuredQueries", "StructuredQueriesCore", "StructuredQueriesSQLite",
    "StructuredQueriesSQLiteCore", "StructuredQueriesGRDB", "StructuredQueriesGRDBCore", "SharingGRDB",
    "SharingGRDBCore",
    "SQLiteData",
  ]

  private static let ours: Set<String> = [
    "CSQLiteHooks", "CSQLiteInstallAtLoad", "SQLiteInstrumentation", "DatabaseInstrumentation", "DatabaseRecording",
    "DatabaseTesting", "GRDBInstrumentation", "HummingbirdInstrumentation",
  ]

  private static let runtime: Set<String> = [
    "Swift", "_Concurrency", "Dispatch", "Foundation", "FoundationEssentials", "Synchronization", "Testing", "XCTest",
    "NIOCore", "NIOPosix", "_NIOBase64", "AsyncKit", "Logging", "Tracing", "Instrumentation", "ServiceContextModule",
  ]

  static func areSkipped(_ module: String) -> Bool {
    ours.contains(module) || databaseLibraries.contains(module) || runtime.contains(module)
  }
}
