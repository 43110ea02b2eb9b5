import DatabaseTesting
import Testing

/// A small program with a name, run against a fresh bookstore.
struct Program: Sendable, CustomTestStringConvertible {
  enum Body: Sendable {
    case synchronous(@Sendable (Bookstore) throws -> Void)
    case asynchronous(@Sendable (Bookstore) async throws -> Void)
    /// On an app of its own: the program, and some queries on another such app.
    case app(@Sendable () throws -> Recording, queries: @Sendable ([String]) throws -> Recording)
  }

  var name: String
  var body: Body
  /// Whether it reads the rows of one parent, as it is meant to, so that `.noLazyLoads` has something to say.
  var isLazy = false
  /// Whether a statement of it fails, as it is meant to.
  var fails = false
  /// Whether it reads a table from one end to the other under a condition, as it is meant to.
  var scans = false
  /// Whether its source does not tell what queries cost.
  var hasNoCosts = false
  /// What must be found in it; empty for an innocent program.
  var guilt: [Guilt] = []
  /// The line of the statement, where several programs share it.
  var line: Int?
  /// Records the same app without its fault; `nil`: the queries are run that the fix says.
  var mended: (@Sendable () throws -> Recording)?

  var testDescription: String { name }

  /// Records it without its bookstore being made.
  func record() async throws -> Recording {
    switch body {
    case .synchronous(let body): return try recordSynchronously(body)
    case .app(let run, _): return try run()
    case .asynchronous(let body):
      let store = try withoutDatabaseRecording { try Bookstore() }
      return try await recordDatabase { try await body(store) }
    }
  }

  private func recordSynchronously(_ body: @Sendable (Bookstore) throws -> Void) throws -> Recording {
    let store = try withoutDatabaseRecording { try Bookstore() }
    return try recordDatabase { try body(store) }
  }
}

/// What a guilty program must be told.
struct Guilt: Sendable {
  /// What is found by this build.
  var countHere: Int {
    #if DEBUG
      count
    #else
      optimizedCount ?? count
    #endif
  }

  var kind: Finding.Kind
  var relationship: String?
  var count: Int
  /// In optimised code, where some of the statements cannot be told to be the same call.
  var optimizedCount: Int?
  /// The rest of the line that begins with `fix: `.
  var fix: String
}

extension Program.Body {
  static func app<App: SmallApp>(_ app: App.Type, _ body: @escaping @Sendable (App) throws -> Void) -> Self {
    .app(
      { try recordSmallApp(body) },
      queries: { queries in try recordSmallApp { (app: App) in try queries.forEach(app.run) } })
  }
}

private func recordSmallApp<App: SmallApp>(_ body: (App) throws -> Void) throws -> Recording {
  let app = try withoutDatabaseRecording { try App() }
  return try recordDatabase { try body(app) }
}

extension Program {
  static func innocentApp<App: SmallApp>(
    _ app: App.Type, _ name: String, isLazy: Bool = false, scans: Bool = false,
    _ body: @escaping @Sendable (App) throws -> Void
  ) -> Program {
    Program(name: name, body: .app(app, body), isLazy: isLazy, scans: scans, hasNoCosts: App.self == PaperShop.self)
  }

  static func guiltyApp<App: SmallApp>(
    _ app: App.Type, of kind: Finding.Kind = .nPlusOne, _ name: String, _ relationship: String?, _ count: Int,
    fix: String, line: Int, _ body: @escaping @Sendable (App) throws -> Void
  ) -> Program {
    Program(
      name: name, body: .app(app, body),
      guilt: [Guilt(kind: kind, relationship: relationship, count: count, fix: fix)], line: line)
  }

  static func innocent(
    _ name: String, isLazy: Bool = false, fails: Bool = false, scans: Bool = false,
    _ body: @escaping @Sendable (Bookstore) throws -> Void
  ) -> Program {
    Program(name: name, body: .synchronous(body), isLazy: isLazy, fails: fails, scans: scans)
  }

  static func innocentAsync(
    _ name: String, isLazy: Bool = false, fails: Bool = false,
    _ body: @escaping @Sendable (Bookstore) async throws -> Void
  ) -> Program {
    Program(name: name, body: .asynchronous(body), isLazy: isLazy, fails: fails)
  }

  /// A program with relationships that are loaded one row at a time, on the line after `// guilty: name`.
  static func guilty(
    _ name: String, _ relationship: String, _ count: Int, fix: String,
    _ body: @escaping @Sendable (Bookstore) throws -> Void
  ) -> Program {
    Program(
      name: name, body: .synchronous(body),
      guilt: [Guilt(kind: .nPlusOne, relationship: relationship, count: count, fix: fix)])
  }

  static func guiltyAsync(
    _ name: String, _ relationship: String, _ count: Int, optimized: Int? = nil, fix: String,
    _ body: @escaping @Sendable (Bookstore) async throws -> Void
  ) -> Program {
    Program(
      name: name, body: .asynchronous(body),
      guilt: [Guilt(kind: .nPlusOne, relationship: relationship, count: count, optimizedCount: optimized, fix: fix)])
  }

  /// A program that is guilty of something else than an N+1.
  static func guilty(
    of kind: Finding.Kind, _ name: String, _ count: Int, fix: String,
    _ body: @escaping @Sendable (Bookstore) throws -> Void
  ) -> Program {
    Program(name: name, body: .synchronous(body), guilt: [Guilt(kind: kind, relationship: nil, count: count, fix: fix)])
  }

  static func guiltyAsync(
    of kind: Finding.Kind, _ name: String, _ count: Int, fix: String,
    _ body: @escaping @Sendable (Bookstore) async throws -> Void
  ) -> Program {
    Program(
      name: name, body: .asynchronous(body), guilt: [Guilt(kind: kind, relationship: nil, count: count, fix: fix)])
  }
}
