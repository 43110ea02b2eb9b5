internal import CStatementLog
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
    let evidence = recording.storage.evidence
    let connections = evidence.connections.map(\.info.id)
    var shapes: [RunRecord.Shape] = []
    var indexOf: [RunRecord.Shape: Int] = [:]
    var indexOfNumber: [UInt32: Int] = [:]
    var executions: [RunRecord.Execution] = []
    executions.reserveCapacity(evidence.records.count)

    func index(_ number: UInt32) -> Int {
      if let known = indexOfNumber[number] { return known }
      // Two numbers may be one shape, as the schema says.
      let shape = RunRecord.Shape(evidence.shape(number))
      let index = indexOf[shape] ?? shapes.count
      if index == shapes.count { shapes.append(shape) }
      indexOf[shape] = index
      indexOfNumber[number] = index
      return index
    }

    for (position, record) in evidence.records.enumerated() {
      executions.append(
        RunRecord.Execution(
          record, of: evidence, at: position, shape: index(record.shape),
          connection: connections[Int(evidence.connectionIndices[position])]))
    }
    return (shapes, executions)
  }
}

extension RunRecord.Execution {
  fileprivate init(
    _ record: StatementRecord, of evidence: StatementEvidence, at position: Int, shape: Int, connection: UInt64
  ) {
    let statement = ExecutedStatement(evidence: evidence, index: position)
    let cost = statement.cost
    self.init(
      number: position + 1, shape: shape, connection: connection,
      start: max(0, Int64(clamping: record.start) - Int64(clamping: evidence.origin)),
      duration: record.duration == StatementRecord.unknown ? nil : Int64(clamping: record.duration),
      rows: record.knownRows, changed: statement.rowsChanged, steps: cost?.steps, fullScanSteps: cost?.fullScanSteps,
      transaction: record.transaction == 0 ? nil : Int(record.transaction),
      parent: record.parent == 0 ? nil : statement.enclosingStatement,
      error: record.error == 0 ? nil : statement.error?.status)
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
