#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import TestSupport
  import Testing

  @testable import DatabaseInstrumentation
  @testable import DatabaseTesting

  /// What is wrong in awaited code is annotated at the line that awaits, and nothing is where nothing is wrong.
  @Suite(.needs(.chains)) struct AwaitedAnnotationTests {
    private static let file = "AwaitedAnnotationTests.swift"
    private let test = CodeLocation(
      fileID: "AppTests/ShelfTests.swift", filePath: "/app/Tests/ShelfTests.swift", line: 3, column: 1)

    @Test func aLoopStandsAtTheLineThatAwaits() async throws {
      let shelf = try Shelf()
      var line = 0
      let texts = try await annotations(.noNPlusOne) {
        for author in try await shelf.rows("SELECT id FROM author WHERE id > ?", 0) {
          line = #line + 1
          _ = try await shelf.rows("SELECT id FROM book WHERE authorId = ?", author)
        }
      }
      let command = "::error file=\(Self.file),line=\(line),col=31,title=N+1::"
      #expect(texts.map { $0.hasPrefix("\(command)Expected no N+1 queries, found 1: ") } == [true], "\(texts)")
      let place = "at \(Self.file):\(line) in AwaitedAnnotationTests.aLoopStandsAtTheLineThatAwaits()"
      #expect(texts.first?.contains("%0A       \(place), through Shelf.rows(_:_:)%0A") == true, "\(texts)")
      #expect(texts.first?.hasSuffix("%0A  in the test at ShelfTests.swift:3") == true, "\(texts)")
    }

    @Test func twoLookupsAreNotAnnotated() async throws {
      let shelf = try Shelf()
      let texts = try await annotations(.noNPlusOne, .noDuplicateQueries, .batchedInserts) {
        let authors = try await shelf.rows("SELECT id FROM author WHERE id > ?", 0)
        _ = try await shelf.rows("SELECT id FROM book WHERE authorId = ?", authors[0])
        _ = try await shelf.rows("SELECT id FROM book WHERE authorId = ?", authors[1])
        _ = try await shelf.rows("SELECT id FROM book WHERE authorId = ?", authors[0])
      }
      #expect(texts == [])
    }

    /// The function sends this query alone: its line is the one to mend, and the line that awaits it is said.
    @Test func aFunctionOfTheQuerysOwnStandsAtItsLine() async throws {
      let shelf = try Shelf()
      var line = 0
      let texts = try await annotations(.noNPlusOne) {
        for author in try await shelf.rows("SELECT id FROM author WHERE id > ?", 0) {
          line = #line + 1
          _ = try await shelf.books(of: author)
        }
      }
      #expect(line > 0)
      let command = "::error file=\(Self.file),line=\(Shelf.booksLine),col=17,title=N+1::"
      #expect(texts.map { $0.hasPrefix(command) } == [true], "\(texts)")
    }

    @Test func rowsThatAreInsertedOneByOne() async throws {
      let shelf = try Shelf()
      var line = 0
      let texts = try await annotations(.batchedInserts) {
        _ = try await shelf.rows("SELECT id FROM author WHERE id > ?", 0)
        for id in 100..<106 {
          line = #line + 1
          _ = try await shelf.rows("INSERT INTO author (id, name) VALUES (?, 'x')", id)
        }
      }
      #expect(texts.map { $0.hasPrefix("::error file=\(Self.file),line=\(line),col=31,title=") } == [true], "\(texts)")
      let onLines = try await annotations(.batchedInserts) {
        _ = try await shelf.rows("INSERT INTO author (id, name) VALUES (?, 'x')", 200)
        _ = try await shelf.rows("INSERT INTO author (id, name) VALUES (?, 'x')", 201)
      }
      #expect(onLines == [])
    }

    @Test func aFailureStandsAtTheLineThatAwaits() async throws {
      let shelf = try Shelf()
      var line = 0
      let texts = try await annotations(.noFailures) {
        _ = try await shelf.rows("SELECT id FROM author WHERE id > ?", 0)
        line = #line + 1
        _ = try? await shelf.rows("INSERT INTO author (id, name) VALUES (?, 'x')", 1)
      }
      #expect(texts.map { $0.hasPrefix("::error file=\(Self.file),line=\(line),col=30,title=") } == [true], "\(texts)")
    }

    /// No line is handed to the pool.
    @Test func aLeakStandsAtTheLineThatAwaitsThePool() async throws {
      let monitor = PoolMonitor(name: "reporting")
      let connection = monitor.observer.connected()
      var line = 0
      let texts = await annotations(.noLeaks) {
        line = #line + 1
        await reportCheckoutLater(to: monitor, connection)
      }
      #expect(texts.map { $0.hasPrefix("::error file=\(Self.file),line=\(line),") } == [true], "\(texts)")
      let returned = monitor.observer.connected()
      let none = await annotations(.noLeaks) { await reportReturnLater(to: monitor, returned) }
      #expect(none == [])
    }

    @Test func theyAreWrittenForTheLoopAlone() throws {
      let lines = try Probe(name: "ConfigurationProbe").run(
        "awaited", environment: ["GITHUB_ACTIONS": "true", "DATABASE_TESTING_ANNOTATIONS": ""])
      let line = try #require(lines.first { $0.hasPrefix("awaits at ") }?.split(separator: " ").last)
      #expect(lines.contains("the innocent one is over"))
      let written = lines.filter { $0.hasPrefix("::error ") }
      #expect(written.count == 1)
      #expect(written.first?.contains("ConfigurationProbe/Awaited.swift,line=\(line),col=") == true, "\(lines)")
      #expect(written.first?.contains(",title=N+1::Expected no N+1 queries, found 1: ") == true)
    }

    /// What CI would be told of what `body` does.
    private func annotations(
      _ expectations: DatabaseExpectation..., of body: () async throws -> Void, path: String = #filePath
    ) async rethrows -> [String] {
      let recording = try await recordDatabase { try await body() }
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      return expectations.flatMap { recording.check($0) }.map {
        GitHubAnnotation($0, test: test, workspace: "/\(folder)").text()
      }
    }
  }

  @concurrent @inline(never) private func reportReturnLater(to monitor: PoolMonitor, _ connection: Int) async {
    await Task.yield()
    let lease = monitor.observer.checkedOut(connection)
    await Task.yield()
    monitor.observer.checkedIn(lease)
  }

  /// An app that has one asynchronous function for its SQL.
  private struct Shelf: Sendable {
    let database: SQLiteDatabase

    init() throws { database = try withoutDatabaseRecording { try Shop(authors: 4).database } }

    @inline(never) func rows(_ sql: String, _ key: Int) async throws -> [Int] {
      await Task.yield()
      let rows = try database.rows(sql, key)
      await Task.yield()
      return rows
    }

    static let booksLine = #line + 2
    @inline(never) func books(of author: Int) async throws -> [Int] {
      try await rows("SELECT id FROM book WHERE authorId = ?", author)
    }
  }
#endif
