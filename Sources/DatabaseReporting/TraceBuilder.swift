internal import DatabaseRunRecords
internal import DatabaseSupport

/// The spans of one test. A record may come from anywhere: nothing in it is trusted to fit.
struct TraceBuilder {
  private struct TransactionKey: Hashable {
    var connection: UInt64
    var number: Int
  }

  private enum Role: UInt64 {
    case test = 1
    case transaction, statement, span, lease
  }

  let test: RunRecord.Test
  private(set) var spans: [OTLPSpan] = []
  /// Nanoseconds since 1970.
  private let origin: UInt64
  private let trace: (UInt64, UInt64)
  private let end: Int64
  private let connections: [UInt64: RunRecord.Connection]

  /// - Parameter number: The test's place in the export, which tells apart what is the same in everything else.
  init(_ test: RunRecord.Test, header: RunRecord.Header, number: UInt64) {
    self.test = test
    let seconds = test.started ?? header.started
    // Within what the protocol's unsigned nanoseconds hold, with room for a test of a century.
    origin = seconds.isFinite ? UInt64(min(max(0, seconds), 1e10) * 1e9) : 0
    let name = "\(header.process) \(header.started) \(number) \(TestIdentity(test).description)"
    trace = (Fingerprint.of(name), Fingerprint.of(name + "\u{0}"))
    let ends =
      test.executions.map { Self.end($0.start, $0.duration) } + test.spans.map { Self.end($0.start, $0.duration) }
      + (test.leases ?? []).map { Self.end($0.start, $0.duration) }
    end = max(0, ends.max() ?? 0)
    connections = Dictionary(test.connections.map { ($0.id, $0) }) { first, _ in first }
  }

  mutating func build() {
    addTest()
    let transactions = addTransactions()
    addStatements(in: transactions)
    addSpans()
    addLeases()
  }

  private static func end(_ start: Int64, _ duration: Int64?) -> Int64 {
    let (sum, overflow) = start.addingReportingOverflow(max(0, duration ?? 0))
    return overflow ? .max : sum
  }

  private func time(_ offset: Int64) -> String {
    let (sum, overflow) = origin.addingReportingOverflow(UInt64(max(0, offset)))
    return String(overflow ? .max : sum)
  }

  private func id(_ role: Role, _ number: UInt64) -> String {
    Self.hex(Fingerprint.of("\(trace.0) \(role.rawValue) \(number)"))
  }

  /// 16 digits, and never zero, which stands for no identifier.
  private static func hex(_ number: UInt64) -> String {
    let digits = String(max(1, number), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func span(
    _ id: String, parent: String?, _ name: String, _ kind: OTLPSpan.Kind, from start: Int64, to end: Int64
  ) -> OTLPSpan {
    OTLPSpan(
      traceId: Self.hex(trace.0) + Self.hex(trace.1), spanId: id, parentSpanId: parent, name: name, kind: kind,
      startTimeUnixNano: time(start), endTimeUnixNano: time(max(start, end)))
  }

  private var rootID: String { id(.test, 0) }

  private mutating func addTest() {
    let identity = TestIdentity(test)
    var root = span(rootID, parent: nil, identity.description, .internal, from: 0, to: end)
    root.attributes = [
      Attribute("test.suite.name", .string(test.module)), Attribute("test.case.name", .string(test.name)),
      Attribute("code.file.path", .string(test.file)), Attribute("code.line.number", .int(Int64(test.line))),
      Attribute("database_testing.queries", .int(Int64(test.queries))),
      Attribute("database_testing.blind", .bool(test.isBlind)),
    ]
    if let steps = test.steps { root.attributes.append(Attribute("database_testing.steps", .int(Int64(steps)))) }
    if let failures = test.failures {
      root.attributes.append(Attribute("test.case.result.status", .string(failures.isEmpty ? "pass" : "fail")))
      if let first = failures.first { root.status = OTLPSpan.Status(code: 2, message: first.headline) }
    }
    let events = test.problems.map { finding, isFailure in
      let first = finding.statements.compactMap { number in
        test.executions.first { $0.number == number }?.start
      }.min()
      var attributes = [
        Attribute("database_testing.finding.headline", .string(finding.headline)),
        Attribute("database_testing.finding.count", .int(Int64(finding.count))),
        Attribute("database_testing.finding.failed", .bool(isFailure)),
      ]
      if let relationship = finding.relationship {
        attributes.append(Attribute("db.relationship.key", .string(relationship)))
      }
      if let site = finding.site {
        attributes.append(Attribute("database_testing.finding.site", .string(site)))
        attributes += CodePlace(site).attributes
        let callers = finding.callers.map(\.description)
        if !callers.isEmpty {
          let lines = ["at \(site)"] + callers
          attributes.append(Attribute("code.stacktrace", .string(lines.joined(separator: "\n"))))
        }
      }
      return OTLPSpan.Event(timeUnixNano: time(first ?? end), name: finding.kind, attributes: attributes)
    }
    root.events = events.isEmpty ? nil : events
    spans.append(root)
  }

  /// - Returns: The identifiers of their spans.
  private mutating func addTransactions() -> [TransactionKey: String] {
    var extents: [TransactionKey: (start: Int64, end: Int64)] = [:]
    var order: [TransactionKey] = []
    for execution in test.executions {
      guard let number = execution.transaction else { continue }
      let key = TransactionKey(connection: execution.connection, number: number)
      let end = Self.end(execution.start, execution.duration)
      if let known = extents[key] {
        extents[key] = (min(known.start, execution.start), max(known.end, end))
      } else {
        order.append(key)
        extents[key] = (execution.start, end)
      }
    }
    var flushes: [TransactionKey: RunRecord.Flush] = [:]
    for flush in test.flushes ?? [] {
      guard let connection = flush.connection, let number = flush.transaction else { continue }
      flushes[TransactionKey(connection: connection, number: number)] = flush
    }
    var ids: [TransactionKey: String] = [:]
    for (index, key) in order.enumerated() {
      guard let extent = extents[key] else { continue }
      let id = id(.transaction, UInt64(index))
      ids[key] = id
      var new = span(id, parent: rootID, "transaction", .internal, from: extent.start, to: extent.end)
      new.attributes = attributes(of: key.connection)
      if let flush = flushes[key] { new.attributes += Self.attributes(of: flush) }
      spans.append(new)
    }
    return ids
  }

  private static func attributes(of flush: RunRecord.Flush) -> [Attribute] {
    let rows = [("inserted", flush.inserted), ("updated", flush.updated), ("deleted", flush.deleted)]
    return [Attribute("database_testing.transaction.committed", .bool(flush.isCommitted))]
      + rows.flatMap { kind, tables in
        tables.sorted { $0.key < $1.key }.map {
          Attribute("database_testing.rows.\(kind).\($0.key)", .int(Int64($0.value)))
        }
      }
  }

  private func attributes(of connection: UInt64) -> [Attribute] {
    guard let known = connections[connection] else { return [] }
    return [Attribute("db.system.name", .string(known.system)), Attribute("db.namespace", .string(known.name))]
  }

  private mutating func addStatements(in transactions: [TransactionKey: String]) {
    var loads: [Int: RunRecord.Load] = [:]
    for load in test.loads {
      for number in load.statements { loads[number] = load }
    }
    // A statement begins after the one around it; anything else could make a circle.
    var begun: [Int: String] = [:]
    for (index, execution) in test.executions.enumerated() {
      let id = id(.statement, UInt64(index))
      defer { begun[execution.number] = id }
      let shape = test.shapes.indices.contains(execution.shape) ? test.shapes[execution.shape] : nil
      let enclosing = execution.parent.flatMap { begun[$0] }
      let transaction = execution.transaction.flatMap {
        transactions[TransactionKey(connection: execution.connection, number: $0)]
      }
      let name = shape.map { $0.summary.isEmpty ? $0.kind : $0.summary } ?? "statement"
      var new = span(
        id, parent: enclosing ?? transaction ?? rootID, name, .client, from: execution.start,
        to: execution.duration.map { Self.end(execution.start, $0) } ?? end)
      new.attributes =
        attributes(of: execution.connection) + Self.attributes(of: execution, shape, loads[execution.number])
      if execution.error != nil { new.status = OTLPSpan.Status(code: 2) }
      spans.append(new)
    }
  }

  private static func attributes(
    of execution: RunRecord.Execution, _ shape: RunRecord.Shape?, _ load: RunRecord.Load?
  ) -> [Attribute] {
    var attributes: [Attribute] = []
    if let shape {
      attributes.append(Attribute("db.query.text", .string(shape.sql)))
      if !shape.summary.isEmpty { attributes.append(Attribute("db.query.summary", .string(shape.summary))) }
      // As the spans of an app have them: the first word, and the only table.
      if let operation = shape.summary.split(separator: " ").first {
        attributes.append(Attribute("db.operation.name", .string(String(operation))))
      }
      if let table = shape.tables.first, shape.tables.allSatisfy({ $0 == table }) {
        attributes.append(Attribute("db.collection.name", .string(table)))
      }
    }
    if let rows = execution.rows { attributes.append(Attribute("db.response.returned_rows", .int(Int64(rows)))) }
    if let steps = execution.steps { attributes.append(Attribute("database_testing.steps", .int(Int64(steps)))) }
    if let changed = execution.changed {
      attributes.append(Attribute("database_testing.rows.changed", .int(Int64(changed))))
    }
    if let load {
      attributes.append(Attribute("db.loader.strategy", .string(load.strategy)))
      attributes.append(Attribute("db.relationship.key", .string(load.relationship)))
    }
    if let error = execution.error {
      attributes.append(Attribute("error.type", .string(error)))
      attributes.append(Attribute("db.response.status_code", .string(error)))
    }
    return attributes
  }

  private mutating func addSpans() {
    for (index, recorded) in test.spans.enumerated() {
      // A parent stands before its children; anything else could make a circle.
      let parent = recorded.parent.flatMap { (0..<index).contains($0) ? id(.span, UInt64($0)) : nil }
      var new = span(
        id(.span, UInt64(index)), parent: parent ?? rootID, recorded.name, OTLPSpan.Kind(name: recorded.kind),
        from: recorded.start, to: recorded.duration.map { Self.end(recorded.start, $0) } ?? end)
      if recorded.isFailed { new.status = OTLPSpan.Status(code: 2) }
      spans.append(new)
    }
  }

  private mutating func addLeases() {
    for (index, lease) in (test.leases ?? []).enumerated() {
      let isLeak = lease.end == nil || lease.end == "detached" || lease.end == "abandoned"
      var new = span(
        id(.lease, UInt64(index)), parent: rootID, "lease", .internal, from: lease.start,
        to: isLeak ? end : lease.duration.map { Self.end(lease.start, $0) } ?? end)
      new.attributes =
        [
          Attribute("db.client.connection.pool.name", .string(lease.pool)),
          Attribute("database_testing.lease.end", .string(lease.end ?? "never returned")),
        ] + (lease.connection.map(attributes(of:)) ?? [])
      if let site = lease.site { new.attributes.append(Attribute("database_testing.lease.site", .string(site))) }
      if isLeak { new.status = OTLPSpan.Status(code: 2) }
      spans.append(new)
    }
  }
}

extension OTLPSpan.Kind {
  fileprivate init(name: String) {
    switch name {
    case "server": self = .server
    case "client": self = .client
    case "producer": self = .producer
    case "consumer": self = .consumer
    default: self = .internal
    }
  }
}

/// A line of the app in the terms of OpenTelemetry's conventions for code, from `Library.swift:42 in Library.listing()`.
private struct CodePlace {
  let attributes: [Attribute]

  init(_ site: String) {
    guard let separator = site.firstRange(of: " in ") else {
      attributes = []
      return
    }
    let place = site[..<separator.lowerBound].split(separator: ":", maxSplits: 1)
    var found = [Attribute("code.function.name", .string(String(site[separator.upperBound...])))]
    if let file = place.first { found.append(Attribute("code.file.path", .string(String(file)))) }
    if place.count == 2, let line = Int64(place[1]) { found.append(Attribute("code.line.number", .int(line))) }
    attributes = found
  }
}
