/// A library between the app and its database.
package enum DatabaseLibrary: Sendable, Hashable {
  case grdb
  case sqliteSwift
  case fluent
  /// One that is known, and needs no words of its own.
  case other

  init?(module: String) {
    switch module {
    case "GRDB": self = .grdb
    case "SQLite": self = .sqliteSwift
    case let name where name.hasPrefix("Fluent") || name == "SQLKit": self = .fluent
    case let name where KnownModules.isDatabaseLibrary(name): self = .other
    default: return nil
    }
  }
}

/// Code that is never the call site of a statement.
///
/// Where debug information tells the file of some code, the file says whether a package was fetched (`PackageCheckouts`); names
/// tell the libraries of the toolchain, this package, a database library that somebody keeps beside the app, and what has no debug
/// information.
package enum KnownModules {
  static func isDatabaseLibrary(_ module: String) -> Bool {
    databaseLibraries.contains(module) || databasePrefixes.contains { module.hasPrefix($0) }
  }

  /// - Parameter hasSource: Whether the file of the code is known: it tells a package that was fetched from the app.
  package static func areSkipped(_ module: String, withSource hasSource: Bool = false) -> Bool {
    ours.contains(module) || runtime.contains(module) || isDatabaseLibrary(module)
      || (!hasSource && packages.contains(module))
  }

  /// Whether a module takes requests, each of which it hands to the app's code.
  static func isServer(_ module: String) -> Bool { servers.contains { module.hasPrefix($0) } }

  /// Whether a library of the system or of the toolchain is loaded from a file of this name.
  static func isSystemImage(_ name: String) -> Bool {
    let file = name.split(separator: "/").last ?? ""
    return systemImages.contains { file.hasPrefix($0) }
  }

  /// Whether C code is ours, or a database library's.
  static func isSkippedSource(_ path: String) -> Bool {
    path.split(separator: "/").contains { component in
      skippedSources.contains(component) || component.hasSuffix(".derived")
    }
  }

  private static let ours: Set<String> = [
    "CCallStacks", "CSQLiteHooks", "CSQLiteInstallAtLoad", "DatabaseSupport", "DatabaseSQL", "DatabaseCallSites",
    "DatabaseInstrumentation", "DatabaseTelemetry", "SQLiteInstrumentation", "DatabaseRecording", "DatabaseTesting",
    "GRDBInstrumentation", "HummingbirdInstrumentation", "PostgresInstrumentation",
  ]

  private static let databaseLibraries: Set<String> = [
    "GRDB", "GRDBSQLite", "GRDBQuery", "SQLite", "SQLiteObjc", "SQLiteNIO", "SQLiteKit", "SQLKit", "Fluent",
    "FluentKit", "FluentSQL", "FluentSQLiteDriver", "FluentPostgresDriver", "FluentMySQLDriver", "FluentMongoDriver",
    "PostgresNIO", "PostgresKit", "_ConnectionPoolModule", "MySQLNIO", "MySQLKit", "Lighter", "SharingGRDB",
    "SharingGRDBCore", "SQLiteData",
  ]
  private static let servers = [
    "Hummingbird", "Vapor", "XCTVapor", "OpenAPI", "GRPC", "AWSLambda", "Jobs", "Queues", "FlyingFox", "Kitura",
    "Swifter",
  ]
  private static let databasePrefixes = ["StructuredQueries"]

  private static let runtime: Set<String> = [
    "Swift", "_Concurrency", "Dispatch", "Foundation", "FoundationEssentials", "FoundationInternationalization",
    "Synchronization", "Distributed", "Observation", "Combine", "_StringProcessing", "__C", "Testing",
    "_TestingInternals", "XCTest",
  ]

  private static let packages: Set<String> = [
    "NIO", "NIOCore", "NIOPosix", "NIOEmbedded", "NIOConcurrencyHelpers",
    "NIOFoundationCompat", "NIOTLS", "NIOSSL", "NIOTransportServices", "_NIOBase64", "_NIODataStructures", "AsyncKit",
    "Logging", "Tracing", "Instrumentation", "ServiceContextModule", "CoreMetrics", "Metrics",
  ]

  private static let systemImages = [
    "libc.so", "libc.musl", "libm.so", "libpthread", "ld-linux", "ld-musl", "linux-vdso", "libgcc_s", "libstdc++",
    "libc++", "libsqlite3", "libsqlcipher", "libswift", "lib_swift", "libdispatch", "libBlocksRuntime", "libFoundation",
    "lib_Foundation", "libXCTest", "libTesting", "lib_Testing", "libsystem_", "libdyld", "dyld", "libobjc",
    "CoreFoundation", "Foundation", "XCTest",
  ]

  private static let skippedSources: Set<Substring> = [
    "CCallStacks", "CSQLiteHooks", "CSQLiteInstallAtLoad", "CSQLite", "GRDBSQLite", "SQLCipher", "sqlite3.c",
    "sqlite3_nio.c", "sqlcipher.c", "sanitizer_common", "compiler-rt",
  ]
}
