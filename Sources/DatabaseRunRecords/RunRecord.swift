/// What one process of a test run did to its databases, as it stands in a file: no values, only shapes and numbers.
///
/// A file of JSON Lines, written by `RunRecordWriter` and read by ``RunRecordReader``: a header, then one line for each
/// test. Fields that are not known are left out; a reader passes over fields that it does not know.
package enum RunRecord {
  /// The first field of the first line: tells that a file is ours.
  package static let format = "swift-database-testing/run"
  /// Raised where an old reader would misread a new file; new optional fields do not raise it.
  package static let version = 1

  /// The first line.
  package struct Header: Codable, Sendable, Equatable {
    package var format = RunRecord.format
    package var version = RunRecord.version
    package var process: Int32
    /// Seconds since 1970.
    package var started: Double
    /// `nil` in a file of an older version.
    package var run: TestRun?

    package init(process: Int32, started: Double, run: TestRun? = nil) {
      self.process = process
      self.started = started
      self.run = run
    }
  }

  /// One line: one test, one case of a parameterised test, or one call that recorded by itself. Times are nanoseconds from the test's beginning.
  package struct Test: Codable, Sendable, Equatable {
    package var name: String
    package var module: String
    package var file: String
    package var line: Int
    /// Seconds since 1970; `nil` where it was not noted.
    package var started: Double?
    /// `expectDatabase`: the line is of one call within the test, not of the test; `nil` for a test.
    package var call: String?
    /// The suites around the test, `LibraryTests/Listing`; `nil` where there is none, or none is known.
    package var suite: String?
    /// What the test is called in its source beside its name.
    package var displayName: String?
    /// Tells a case of a parameterised test from the others, by 16 hexadecimal digits that are no value; `only` for a test without
    /// parameters; `nil` where it is not known. A second line with the same is of a test that was run again.
    package var `case`: String?
    /// The arguments of the case as text, where the environment asks for them: they are values of the test's author.
    package var arguments: [String]?
    /// From the first statement or span to the end of the last.
    package var duration: Int64
    package var queries: Int
    package var statements: Int
    /// What SQLite's virtual machine did; `nil` where no source tells.
    package var steps: Int?
    package var excluded: Int
    package var dropped: Int
    package var unattributed: Int
    package var isBlind: Bool
    package var shapes: [Shape]
    package var connections: [Connection]
    package var executions: [Execution]
    package var loads: [Load]
    package var spans: [Span]
    package var findings: [Problem]
    /// What made the test fail while it was recorded: expectations on the database, and what else the test framework told of; empty
    /// where nothing did, `nil` where it is not known.
    package var failures: [Problem]?
    /// Of a line that stands in the file twice, since an expectation failed after it was written: the later one counts.
    package var id: Int?
    package var flushes: [Flush]?
    package var leases: [Lease]?

    package init(
      name: String, module: String, file: String, line: Int, started: Double? = nil, call: String? = nil,
      suite: String? = nil, displayName: String? = nil, `case`: String? = nil, arguments: [String]? = nil,
      duration: Int64, queries: Int, statements: Int, steps: Int? = nil, excluded: Int, dropped: Int, unattributed: Int,
      isBlind: Bool, shapes: [Shape], connections: [Connection], executions: [Execution], loads: [Load], spans: [Span],
      findings: [Problem], failures: [Problem]? = nil, id: Int? = nil, flushes: [Flush]? = nil, leases: [Lease]? = nil
    ) {
      self.name = name
      self.module = module
      self.file = file
      self.line = line
      self.started = started
      self.call = call
      self.suite = suite
      self.displayName = displayName
      self.`case` = `case`
      self.arguments = arguments
      self.duration = duration
      self.queries = queries
      self.statements = statements
      self.steps = steps
      self.excluded = excluded
      self.dropped = dropped
      self.unattributed = unattributed
      self.isBlind = isBlind
      self.shapes = shapes
      self.connections = connections
      self.executions = executions
      self.loads = loads
      self.spans = spans
      self.findings = findings
      self.failures = failures
      self.id = id
      self.flushes = flushes
      self.leases = leases
    }
  }

  /// A statement without its values.
  package struct Shape: Codable, Sendable, Equatable {
    package var sql: String
    /// 16 hexadecimal digits: JSON's numbers do not hold 64 bits.
    package var fingerprint: String
    package var kind: String
    package var summary: String
    package var tables: [String]

    package init(sql: String, fingerprint: String, kind: String, summary: String, tables: [String]) {
      self.sql = sql
      self.fingerprint = fingerprint
      self.kind = kind
      self.summary = summary
      self.tables = tables
    }
  }

  package struct Connection: Codable, Sendable, Equatable {
    package var id: UInt64
    package var name: String
    package var system: String

    package init(id: UInt64, name: String, system: String) {
      self.id = id
      self.name = name
      self.system = system
    }
  }

  /// One execution of a shape.
  package struct Execution: Codable, Sendable, Equatable {
    /// The statement's place in the recording, from 1.
    package var number: Int
    /// An index of the test's shapes.
    package var shape: Int
    /// The id of a connection.
    package var connection: UInt64
    package var start: Int64
    package var duration: Int64?
    package var rows: Int?
    package var changed: Int?
    package var steps: Int?
    package var fullScanSteps: Int?
    package var transaction: Int?
    /// The number of the statement that was open around it.
    package var parent: Int?
    /// The code of the error; its text may hold values and is left out.
    package var error: String?

    package init(
      number: Int, shape: Int, connection: UInt64, start: Int64, duration: Int64? = nil, rows: Int? = nil,
      changed: Int? = nil, steps: Int? = nil, fullScanSteps: Int? = nil, transaction: Int? = nil, parent: Int? = nil,
      error: String? = nil
    ) {
      self.number = number
      self.shape = shape
      self.connection = connection
      self.start = start
      self.duration = duration
      self.rows = rows
      self.changed = changed
      self.steps = steps
      self.fullScanSteps = fullScanSteps
      self.transaction = transaction
      self.parent = parent
      self.error = error
    }
  }

  package struct Load: Codable, Sendable, Equatable {
    package var strategy: String
    package var relationship: String
    package var parents: Int?
    package var statements: [Int]

    package init(strategy: String, relationship: String, parents: Int? = nil, statements: [Int]) {
      self.strategy = strategy
      self.relationship = relationship
      self.parents = parents
      self.statements = statements
    }
  }

  package struct Span: Codable, Sendable, Equatable {
    package var name: String
    package var kind: String
    package var start: Int64
    package var duration: Int64?
    package var isFailed: Bool
    /// An index of the test's spans.
    package var parent: Int?

    package init(name: String, kind: String, start: Int64, duration: Int64? = nil, isFailed: Bool, parent: Int? = nil) {
      self.name = name
      self.kind = kind
      self.start = start
      self.duration = duration
      self.isFailed = isFailed
      self.parent = parent
    }
  }

  package struct Problem: Codable, Sendable, Equatable {
    package var kind: String
    package var headline: String
    package var count: Int
    package var relationship: String?
    /// `Library.swift:42 in Library.authorsWithBooks()`.
    package var site: String?
    package var statements: [Int]
    /// The path of the site below the folder in which the tests ran; `nil` where it is elsewhere.
    package var path: String?
    /// The number of the statement that returned what the others were sent for.
    package var parent: Int?
    /// What to do.
    package var fix: String?
    /// The lines of the app on the call stack of the first statement; `nil` where there is none, or one alone.
    package var stack: [Frame]?

    package init(
      kind: String, headline: String, count: Int, relationship: String? = nil, site: String? = nil, statements: [Int],
      path: String? = nil, parent: Int? = nil, fix: String? = nil, stack: [Frame]? = nil
    ) {
      self.kind = kind
      self.headline = headline
      self.count = count
      self.relationship = relationship
      self.site = site
      self.statements = statements
      self.path = path
      self.parent = parent
      self.fix = fix
      self.stack = stack
    }
  }

  /// One line of the app on a call stack, of which the innermost is the first.
  package struct Frame: Codable, Sendable, Equatable {
    /// `Library.swift:42 in Library.authorsWithBooks()`.
    package var site: String
    /// `true`: the line awaits the one before it.
    package var awaits: Bool?
    /// `true`: the line created the task that the ones before it run in.
    package var creates: Bool?

    package init(site: String, awaits: Bool? = nil, creates: Bool? = nil) {
      self.site = site
      self.awaits = awaits
      self.creates = creates
    }
  }

  /// What one transaction wrote: rows that lasted, by table.
  package struct Flush: Codable, Sendable, Equatable {
    package var transaction: Int?
    package var connection: UInt64?
    package var isCommitted: Bool
    /// Whether all its row changes are known.
    package var isComplete: Bool
    package var inserted: [String: Int]
    package var updated: [String: Int]
    package var deleted: [String: Int]

    package init(
      transaction: Int? = nil, connection: UInt64? = nil, isCommitted: Bool, isComplete: Bool, inserted: [String: Int],
      updated: [String: Int], deleted: [String: Int]
    ) {
      self.transaction = transaction
      self.connection = connection
      self.isCommitted = isCommitted
      self.isComplete = isComplete
      self.inserted = inserted
      self.updated = updated
      self.deleted = deleted
    }
  }

  /// One checkout of a pool.
  package struct Lease: Codable, Sendable, Equatable {
    package var pool: String
    package var connection: UInt64?
    package var start: Int64
    /// `nil`: it still had its connection when the recording ended.
    package var duration: Int64?
    /// `returned`, `invalidated`, `detached`, `detached and closed`, `abandoned`; `nil`: not ended.
    package var end: String?
    /// The line that took it, of one that leaked.
    package var site: String?

    package init(
      pool: String, connection: UInt64? = nil, start: Int64, duration: Int64? = nil, end: String? = nil,
      site: String? = nil
    ) {
      self.pool = pool
      self.connection = connection
      self.start = start
      self.duration = duration
      self.end = end
      self.site = site
    }
  }
}
