internal import DatabaseInstrumentation
internal import DatabaseSupport

extension RunRecord.Test {
  /// What a file keeps of a recording.
  ///
  /// - Complexity: O(*n*) in statements and spans, besides the analysis of ``Recording/findings``.
  /// - Parameters:
  ///   - recording: What was recorded.
  ///   - name: The test; where it is not known, the place of the recording is its name.
  ///   - started: When the recording began, in seconds since 1970.
  ///   - call: The function that recorded, where it was no test as a whole.
  package init(_ recording: Recording, name: String?, started: Double? = nil, call: String? = nil) {
    let location = recording.storage.location
    module = location.module
    file = String(location.fileID.split(separator: "/").last ?? Substring(location.fileID))
    self.name = name ?? "\(file):\(location.line)"
    line = location.line
    self.started = started
    self.call = call
    queries = recording.queries.count
    statements = recording.statements.count
    excluded = recording.excludedCount
    dropped = recording.droppedCount
    unattributed = recording.unattributedCount
    isBlind = recording.isBlind
    connections = recording.connections.map {
      RunRecord.Connection(id: $0.id, name: $0.name, system: $0.system.rawValue)
    }
    loads = recording.loads.map {
      RunRecord.Load(
        strategy: $0.strategy.rawValue, relationship: $0.relationship, parents: $0.parentCount,
        statements: $0.statementNumbers)
    }
    let leaks = LeakReport(recording: recording)
    findings = (recording.findings + leaks.all).map {
      RunRecord.Problem(
        kind: $0.kind.rawValue, headline: Self.headline(of: $0), count: $0.count, relationship: $0.relationship,
        site: $0.callSite?.description, statements: $0.statements.map(\.number),
        stack: RunRecord.Frame.frames(of: $0, in: recording))
    }
    (shapes, executions) = Self.executions(of: recording)
    spans = RunRecord.Span.spans(of: recording)
    flushes = RunRecord.Flush.flushes(of: recording)
    leases = RunRecord.Lease.leases(of: recording)
    let costs = executions.compactMap(\.steps)
    steps = costs.isEmpty ? nil : costs.reduce(0, +)
    let times = executions.map { ($0.start, $0.duration) } + spans.map { ($0.start, $0.duration) }
    let first = times.map(\.0).min() ?? 0
    duration = max(0, (times.map { $0.0 + ($0.1 ?? 0) }.max() ?? 0) - first)
  }

  /// The text of an error comes from the database and may hold values.
  private static func headline(of finding: Finding) -> String {
    guard finding.kind == .failure else { return finding.headline }
    let code = finding.statements.first?.error.map { " with \($0.status)" } ?? ""
    return "\(finding.count.counted("statement")) failed\(code)."
  }

  private static func executions(of recording: Recording) -> ([RunRecord.Shape], [RunRecord.Execution]) {
    var shapes: [RunRecord.Shape] = []
    var indexOf: [StatementShape: Int] = [:]
    let executions = recording.statements.map { statement in
      let shape = statement.shape
      let index = indexOf[shape] ?? shapes.count
      if index == shapes.count {
        indexOf[shape] = index
        shapes.append(RunRecord.Shape(shape))
      }
      return RunRecord.Execution(
        number: statement.number, shape: index, connection: statement.connection.id,
        start: statement.start.wholeNanoseconds, duration: statement.duration?.wholeNanoseconds,
        rows: statement.rowsReturned, changed: statement.rowsChanged, steps: statement.cost?.steps,
        fullScanSteps: statement.cost?.fullScanSteps, transaction: statement.transaction,
        parent: statement.enclosingStatement, error: statement.error?.status)
    }
    return (shapes, executions)
  }
}

extension RunRecord.Frame {
  /// What is kept of a deeper stack.
  private static let limit = 16

  /// The stack of the first statement that a finding is about.
  fileprivate static func frames(of finding: Finding, in recording: Recording) -> [RunRecord.Frame]? {
    guard finding.callSite != nil, let first = finding.statements.first,
      let stack = recording.storage.evidence.stack(at: first.index)
    else { return nil }
    let frames = frames(of: stack)
    return frames.count > 1 ? frames : nil
  }

  /// The lines of the app on a stack.
  static func frames(of stack: StackTrace) -> [RunRecord.Frame] {
    var createdTasks = 0
    return stack.appFrames.prefix(limit).map { frame in
      defer { createdTasks = frame.createdTasks }
      return RunRecord.Frame(
        site: frame.callSite.description, awaits: frame.isAwaiting ? true : nil,
        creates: frame.createdTasks > createdTasks ? true : nil)
    }
  }

  /// `awaited at Library.swift:42 in Library.authorsWithBooks()`, as what is around another line.
  package var description: String { "\(way) at \(site)" }

  /// How the line led to the one before it.
  package var way: String { creates == true ? "task created" : awaits == true ? "awaited" : "called" }
}

extension RunRecord.Problem {
  /// The lines of the app that led to the call site, the nearest first.
  package var callers: ArraySlice<RunRecord.Frame> {
    let stack = stack ?? []
    guard let own = stack.firstIndex(where: { $0.site == site }) else { return [] }
    return stack[(own + 1)...].prefix(16)
  }
}

extension RunRecord.Shape {
  fileprivate init(_ shape: StatementShape) {
    let digits = String(shape.fingerprint, radix: 16)
    sql = shape.normalizedSQL
    fingerprint = String(repeating: "0", count: 16 - digits.count) + digits
    kind = shape.kind.rawValue
    summary = shape.summary
    tables = shape.tables.map(\.name)
  }
}

extension Recording {
  /// Seconds since it began.
  package var age: Double { Double(monotonicNanoseconds() &- storage.evidence.origin) / 1_000_000_000 }
}

extension Duration {
  var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
