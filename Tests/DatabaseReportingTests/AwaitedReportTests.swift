#if os(Linux) && arch(x86_64) && canImport(Glibc)
  import DatabaseTesting
  import Foundation
  import TestSupport
  import Testing

  @testable import DatabaseRecording
  @testable import DatabaseReporting
  @testable import DatabaseRunRecords

  /// The awaiting line of what is wrong, wherever a run is shown.
  @Suite(.needs(.chains)) struct AwaitedReportTests {
    @Test func anAwaitedLoop() async throws {
      let shelf = try Shelf()
      var line = 0
      let recording = try await recordDatabase {
        for author in try await shelf.authors() {
          line = #line + 1
          _ = try await shelf.books(of: author)
        }
      }
      let site = "AwaitedReportTests.swift:\(line) in AwaitedReportTests.anAwaitedLoop()"
      let record = RunRecord.Test(recording, name: "test")
      let problem = try #require(record.findings.first { $0.kind == "nPlusOne" })
      #expect(problem.site?.hasSuffix("in Shelf.books(of:)") == true)
      #expect(problem.callers.first?.description == "awaited at \(site)")
      try expectEverywhere(record, problem, "awaited at \(site)")
    }

    @Test func aLeakOfAnAwaitedPool() async throws {
      let pool = FakePool(driver: FakePoolDriver(open: { 1 }), options: FakePoolOptions(size: 1), name: "main")
      var (line, lease) = (0, nil as FakePool<Int>.Lease?)
      let recording = try await recordDatabase {
        line = #line + 1
        lease = try await taken(from: pool)
      }
      let site = "AwaitedReportTests.swift:\(line) in AwaitedReportTests.aLeakOfAnAwaitedPool()"
      let record = RunRecord.Test(recording, name: "test")
      let problem = try #require(record.findings.first { $0.kind == "leak" })
      #expect(problem.callers.first?.description == "awaited at \(site)")
      try expectEverywhere(record, problem, "awaited at \(site)")
      try lease?.checkin()
    }

    private func expectEverywhere(_ record: RunRecord.Test, _ problem: RunRecord.Problem, _ caller: String) throws {
      let data = try JSONEncoder().encode(record)
      #expect(try JSONDecoder().decode(RunRecord.Test.self, from: data) == record)

      var page = ReportPage(title: "Run")
      page.add(record)
      var html = ""
      page.write { html += $0 }
      let parts = caller.split(separator: " ", maxSplits: 2)
      #expect(html.contains(#"["\#(parts[0])","\#(parts[2])"]"#))

      var trace = OTLPTrace()
      let exported = try trace.line(record, header: RunRecord.Header(process: 1, started: 0))
      #expect(exported.contains("at \(try #require(problem.site))\\n\(caller)"))
      let place = try #require(problem.site).split(separator: " in ", maxSplits: 1)
      #expect(exported.contains(#"{"key":"code.function.name","value":{"stringValue":"\#(place[1])"}}"#))

      // A leak without statements has no bar but its own.
      guard !problem.statements.isEmpty else { return }
      let svg = Waterfall(record).svg(title: "test")
      #expect(svg.contains(caller))
    }
  }

  @inline(never) private func taken(from pool: FakePool<Int>) async throws -> FakePool<Int>.Lease {
    let lease = try await pool.checkout()
    await Task.yield()
    return lease
  }

  private struct Shelf: Sendable {
    let database: SQLiteDatabase

    init() throws { database = try withoutDatabaseRecording { try Shop(authors: 4).database } }

    @inline(never) func authors() async throws -> [Int] { try await rows("SELECT id FROM author WHERE id > ?", 0) }

    @inline(never) func books(of author: Int) async throws -> [Int] {
      try await rows("SELECT id FROM book WHERE authorId = ?", author)
    }

    @inline(never) private func rows(_ sql: String, _ key: Int) async throws -> [Int] {
      await Task.yield()
      let rows = try database.rows(sql, key)
      await Task.yield()
      return rows
    }
  }
#endif
