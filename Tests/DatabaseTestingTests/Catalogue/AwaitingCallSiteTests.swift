#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import DatabaseTesting
  import TestSupport
  import Testing

  @testable import DatabaseRecording
  @testable import DatabaseRunRecords

  /// An app that has one asynchronous function for all its SQL: what is wrong stands at the line that awaits it.
  @Suite(.needs(.chains)) struct AwaitingCallSiteTests {
    private static let file = "AwaitingCallSiteTests.swift"

    @Test func anNPlusOne() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        for author in try await store.authors() {
          line = #line + 1
          _ = try await store.rows("SELECT id FROM book WHERE authorId = ?", author)
        }
      }
      let finding = try #require(recording.findings.first)
      #expect(finding.kind == .nPlusOne)
      #expect(finding.callSite?.line == line)
      #expect(finding.callSite?.column == 31)
      let site = "\(Self.file):\(line) in AwaitingCallSiteTests.anNPlusOne()"
      #expect(finding.message.contains("\n       at \(site), through Store.rows(_:_:)\n"), "\(finding)")

      let record = RunRecord.Test(recording, name: nil)
      #expect(record.findings[0].site == site)
      #expect(record.findings[0].stack?.contains(RunRecord.Frame(site: site, awaits: true)) == true)
    }

    @Test func aFailure() async throws {
      let store = try Store()
      var line = 0
      let recording = await recordDatabase {
        _ = try? await store.authors()
        line = #line + 1
        _ = try? await store.rows("INSERT INTO author (id, name) VALUES (?, 'x')", 1)
      }
      let finding = try #require(recording.check(.noFailures).first)
      #expect(finding.callSite?.line == line, "\(finding)")
      #expect(finding.message.contains("at \(Self.file):\(line) in AwaitingCallSiteTests.aFailure()"), "\(finding)")
    }

    @Test func aQueryThatBlocksASharedThread() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        _ = try await store.authors()
        line = #line + 1
        _ = try await store.rows("SELECT id FROM book WHERE authorId = ?", 1)
      }
      let finding = try #require(recording.check(.noBlockingQueries).first)
      #expect(finding.message.contains("at \(Self.file):\(line) in AwaitingCallSiteTests."), "\(finding)")
    }

    @Test func aDuplicate() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        for _ in 1...3 {
          line = #line + 1
          _ = try await store.authors()
        }
        _ = try await store.rows("SELECT id FROM book WHERE authorId = ?", 1)
      }
      let finding = try #require(recording.check(.noDuplicateQueries).first)
      let site = "\(Self.file):\(line) in AwaitingCallSiteTests.aDuplicate()"
      #expect(finding.count == 3)
      // The function that is awaited sends nothing else: its line is the call site, and what awaits it leads there.
      #expect(finding.callSite?.function == "Store.authors()", "\(finding)")
      #expect(try callers(of: finding, in: recording).first == "awaited at \(site)", "\(finding)")
    }

    @Test func aDuplicateOfOneFunctionForAllSQL() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        _ = try await store.authors()
        for _ in 1...3 {
          line = #line + 1
          _ = try await store.rows("SELECT id FROM book WHERE authorId = ?", 1)
        }
      }
      let finding = try #require(recording.check(.noDuplicateQueries).first)
      #expect(finding.count == 3 && finding.callSite?.line == line)
      let site = "\(Self.file):\(line) in AwaitingCallSiteTests.aDuplicateOfOneFunctionForAllSQL()"
      #expect(finding.message.contains("\n       at \(site), through Store.rows(_:_:)\n"), "\(finding)")
    }

    @Test func aDuplicateThatIsAwaitedOnTwoLinesIsNone() async throws {
      let store = try Store()
      let recording = try await recordDatabase {
        _ = try await store.authors()
        _ = try await store.authors()
        async let third = store.authors()
        _ = try await third
      }
      #expect(recording.check(.noDuplicateQueries).isEmpty)
    }

    @Test func rowsThatAreInsertedOneByOne() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        _ = try await store.authors()
        for id in 100..<106 {
          line = #line + 1
          _ = try await store.rows("INSERT INTO author (id, name) VALUES (?, 'x')", id)
        }
      }
      let finding = try #require(recording.check(.batchedInserts).first)
      #expect(finding.count == 6 && finding.callSite?.line == line)
      let site = "\(Self.file):\(line) in AwaitingCallSiteTests.rowsThatAreInsertedOneByOne()"
      #expect(finding.message.contains("\n       at \(site), through Store.rows(_:_:)\n"), "\(finding)")
    }

    @Test func rowsThatAreInsertedOnOneLineEach() async throws {
      let store = try Store()
      let sql = "INSERT INTO author (id, name) VALUES (?, 'x')"
      let recording = try await recordDatabase {
        _ = try await store.authors()
        _ = try await store.rows(sql, 101)
        _ = try await store.rows(sql, 102)
        _ = try await store.rows(sql, 103)
        _ = try await store.rows(sql, 104)
        _ = try await store.rows(sql, 105)
        _ = try await store.rows(sql, 106)
      }
      #expect(recording.check(.batchedInserts).isEmpty)
    }

    @Test func anOpenTransaction() async throws {
      let store = try Store()
      var line = 0
      let recording = try await recordDatabase {
        _ = try await store.authors()
        line = #line + 1
        _ = try await store.rows("BEGIN", 0)
      }
      let finding = try #require(recording.check(.closedTransactions).first)
      #expect(finding.callSite?.line == line, "\(finding)")
      _ = try await store.rows("ROLLBACK", 0)
    }

    private func callers(of finding: Finding, in recording: Recording) throws -> [String] {
      let record = RunRecord.Test(recording, name: nil)
      return try #require(record.findings.first { $0.kind == finding.kind.rawValue }).callers.map(\.description)
    }

    @Test func twoOnOneLineAreTwoPlaces() async throws {
      let (store, sql) = (try Store(), "SELECT value FROM setting WHERE key = ?")
      let recording = try await recordDatabase {
        _ = try await store.authors()
        _ = (try await store.rows(sql, 1), try await store.rows(sql, 2))
      }
      let sites = recording.selects.suffix(2).compactMap(\.callSite)
      #expect(sites.count == 2 && sites[0].line == sites[1].line)
      #expect(sites.map(\.column) == [30, 60])
    }

    @Test func inAChildTask() async throws {
      let store = try Store()
      var created = 0
      let recording = try await recordDatabase {
        let authors = try await store.authors()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for author in authors {
            created = #line + 1
            group.addTask { _ = try await store.rows("SELECT id FROM book WHERE authorId = ?", author) }
          }
          try await group.waitForAll()
        }
      }
      let record = RunRecord.Test(recording, name: nil)
      let stack = try #require(record.findings.first?.stack)
      let creator = try #require(stack.first { $0.creates == true })
      #expect(creator.site == "\(Self.file):\(created) in AwaitingCallSiteTests.inAChildTask()")
    }

    /// As a method of XCTest's, whose place nobody tells.
    @Test func aTestMethodIsFoundByWhatItAwaits() async throws {
      let store = try Store()
      let line = #line + 1
      let recording = try await recordDatabase { _ = try await store.authors() }
      let place = recording.location(
        ofMethod: "aTestMethodIsFoundByWhatItAwaits", type: "AwaitingCallSiteTests", module: "DatabaseTestingTests")
      #expect(place?.line == line)
      #expect(place?.filePath.hasSuffix("/\(Self.file)") == true)
    }
  }

  private struct Store: Sendable {
    let database: SQLiteDatabase

    init() throws { database = try withoutDatabaseRecording { try Shop(authors: 4).database } }

    @inline(never) func rows(_ sql: String, _ key: Int) async throws -> [Int] {
      await Task.yield()
      let rows = try database.rows(sql, key)
      await Task.yield()
      return rows
    }

    @inline(never) func authors() async throws -> [Int] {
      try await rows("SELECT id FROM author WHERE id >= ?", 0)
    }
  }
#endif
