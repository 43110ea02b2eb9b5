internal import DatabaseInstrumentation
package import DatabaseRunRecords
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
  ///   - folder: That in which the tests run: paths below it are kept.
  package init(
    _ recording: Recording, name: String?, started: Double? = nil, call: String? = nil, folder: String? = nil
  ) {
    let location = recording.storage.location
    let file = String(location.fileID.split(separator: "/").last ?? Substring(location.fileID))
    let (shapes, executions) = Self.executions(of: recording)
    let spans = RunRecord.Span.spans(of: recording)
    let costs = executions.compactMap(\.steps)
    let times = executions.map { ($0.start, $0.duration) } + spans.map { ($0.start, $0.duration) }
    let first = times.map(\.0).min() ?? 0
    let findings = recording.findings + LeakReport(recording: recording).all
    self.init(
      name: name ?? "\(file):\(location.line)", module: location.module, file: file, line: location.line,
      started: started, call: call, duration: max(0, (times.map { $0.0 + ($0.1 ?? 0) }.max() ?? 0) - first),
      queries: recording.queries.count, statements: recording.statements.count,
      steps: costs.isEmpty ? nil : costs.reduce(0, +), excluded: recording.excludedCount,
      dropped: recording.droppedCount, unattributed: recording.unattributedCount, isBlind: recording.isBlind,
      shapes: shapes,
      connections: recording.connections.map {
        RunRecord.Connection(id: $0.id, name: $0.name, system: $0.system.rawValue)
      },
      executions: executions,
      loads: recording.loads.map {
        RunRecord.Load(
          strategy: $0.strategy.rawValue, relationship: $0.relationship, parents: $0.parentCount,
          statements: $0.statementNumbers)
      },
      spans: spans, findings: findings.map { RunRecord.Problem($0, in: recording, folder: folder) },
      flushes: RunRecord.Flush.flushes(of: recording), leases: RunRecord.Lease.leases(of: recording))
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

  /// The stack of a finding, or else of the first statement that it is about.
  static func frames(of finding: Finding, at site: CallSite?, in recording: Recording) -> [RunRecord.Frame]? {
    let first = finding.statements.first.flatMap { recording.storage.evidence.stack(at: $0.index) }
    guard let site, let stack = finding.stack ?? first else { return nil }
    let frames = beginning(at: site, frames(of: stack), stack)
    return frames.count > 1 ? frames : nil
  }

  /// With the line of a finding as one of them: one that was handed to a pool has its function by another name.
  private static func beginning(
    at site: CallSite, _ frames: [RunRecord.Frame], _ stack: StackTrace
  ) -> [RunRecord.Frame] {
    guard !frames.contains(where: { $0.site == site.description }) else { return frames }
    let own = stack.appFrames.prefix(limit).firstIndex { $0.file == site.filePath && $0.line == site.line }
    return [RunRecord.Frame(site: site.description)] + frames[(own.map { $0 + 1 } ?? 0)...]
  }

  /// The lines of the app on a stack.
  static func frames(of stack: StackTrace) -> [RunRecord.Frame] {
    var createdTasks = 0
    return stack.appFrames.prefix(limit).map { RunRecord.Frame($0, after: &createdTasks) }
  }

  /// - Parameter createdTasks: How many tasks were created on the way from the frame before to what runs; that of this one afterwards.
  init(_ frame: StackFrame, after createdTasks: inout Int) {
    self.init(
      site: frame.callSite.description, awaits: frame.isAwaiting ? true : nil,
      creates: frame.createdTasks > createdTasks ? true : nil)
    createdTasks = frame.createdTasks
  }
}

extension RunRecord.Shape {
  fileprivate init(_ shape: StatementShape) {
    let digits = String(shape.fingerprint, radix: 16)
    self.init(
      sql: shape.normalizedSQL, fingerprint: String(repeating: "0", count: 16 - digits.count) + digits,
      kind: shape.kind.rawValue, summary: shape.summary, tables: shape.tables.map(\.name))
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
