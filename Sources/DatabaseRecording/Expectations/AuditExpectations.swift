internal import DatabaseInstrumentation

extension DatabaseExpectation {
  /// Nothing costs what it need not: each finding has evidence of SQLite's counters and its plan, and advice that was tried.
  ///
  /// ```swift
  /// @Test(.database(.audit))
  /// ```
  ///
  /// ```text
  /// Audit: SELECT id FROM book WHERE title = ? looks at 10000 rows of book to find 1.
  ///   1×  SELECT id FROM book WHERE title = ?    10000 rows looked at    #2
  ///        at Library.swift:42 in Library.book(titled:)
  ///        plan: SCAN book
  ///   fix: an index, e.g. CREATE INDEX book_title ON book (title)
  ///        with it SQLite says SEARCH book USING INDEX book_title (title=?); tried
  /// ```
  ///
  /// It finds scans, sorts for a page and indexes that SQLite makes for one statement, where an index spares them; indexes that a
  /// function, a cast or a wildcard keeps from being used; rows that `OFFSET` steps over, and pages in no total order; foreign keys without an index
  /// whose parents are deleted; writes without a `WHERE`; transactions that read before they write; and redundant indexes.
  ///
  /// Small tables are left alone: see ``audit(beyond:except:)``, and `expectAudit(at:populate:measure:)`, which shows that they grow.
  public static var audit: Self { audit(name: ".audit", beyond: 500, except: []) }

  /// The same for tables of another size: `.audit(beyond: 100)`, and without some: `.audit(except: ["country"])`.
  ///
  /// - Parameters:
  ///   - rows: So many rows that one statement handles for nothing are too many; 2 or more.
  ///   - tables: Tables whose statements are left alone, in any case. See ``audit``.
  public static func audit(beyond rows: Int = 500, except tables: [String] = []) -> Self {
    let exceptions = tables.isEmpty ? "" : ", except: \(tables)"
    return audit(name: ".audit(beyond: \(rows)\(exceptions))", beyond: rows, except: tables)
  }

  private static func audit(name: String, beyond rows: Int, except tables: [String]) -> Self {
    let allowed = Set(tables.map { $0.lowercased() })
    let problem = rows < 2 ? "with \(rows) rows any statement would be too much; write 2 or more." : nil
    return DatabaseExpectation(
      name: name, needsQueries: true, problem: problem, needs: .fullScans(except: allowed)
    ) { recording, ignored in
      if let unknown = recording.unknownCost(for: name) { return unknown }
      let report = AuditReport(recording, AuditLimits(rows: rows, exceptions: allowed), ignoring: ignored)
      return report.findings + (report.blindness(of: name).map { [$0] } ?? [])
    }
  }
}
