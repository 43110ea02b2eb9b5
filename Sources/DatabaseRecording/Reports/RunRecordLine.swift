internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

/// The line of a test in a record, as `JSONEncoder` writes it with sorted keys.
///
/// Each test of a suite pays for its line. Most of it is numbers of statements, which are written here, for a fraction of the encoder's
/// time, and shapes, which are the same in many tests; the encoder writes the rest.
struct RunRecordLine {
  private(set) var bytes: [UInt8]

  private static let shapes = Locked<[RunRecord.Shape: String]>([:])
  /// Shapes of which the text is kept.
  private static let limit = 4_096

  init(_ test: RunRecord.Test) throws {
    var rest = test
    rest.executions = []
    rest.shapes = []
    bytes = try RunRecordWriter.line(rest)
    var executions = ""
    for execution in test.executions {
      if !executions.isEmpty { executions += "," }
      try execution.write(to: &executions)
    }
    put(executions, into: #""executions":[]"#)
    put(try test.shapes.map(Self.text).joined(separator: ","), into: #""shapes":[]"#)
  }

  /// - Parameter place: An empty array with its key, which no string of the line holds: a quote in one is escaped.
  private mutating func put(_ text: String, into place: String) {
    guard !text.isEmpty, let found = Data(bytes).range(of: Data(place.utf8)) else { return }
    let end = found.upperBound - 1
    bytes.insert(contentsOf: Array(text.utf8), at: end)
  }

  private static func text(of shape: RunRecord.Shape) throws -> String {
    if let known = shapes.withLock({ $0[shape] }) { return known }
    let text = String(decoding: try RunRecordWriter.line(shape).dropLast(), as: UTF8.self)
    shapes.withLock { if $0.count < limit { $0[shape] = text } }
    return text
  }
}

extension RunRecord.Execution {
  /// As an object, its fields in the order of their names without those that are not known.
  fileprivate func write(to text: inout String) throws {
    func add(_ name: String, _ value: Int?) {
      guard let value else { return }
      text += name
      text += String(value)
    }
    text += "{"
    if let changed {
      add("\"changed\":", changed)
      text += ","
    }
    text += "\"connection\":"
    text += String(connection)
    add(",\"duration\":", duration.map { Int($0) })
    if let error { text += ",\"error\":" + String(decoding: try JSONEncoder().encode(error), as: UTF8.self) }
    add(",\"fullScanSteps\":", fullScanSteps)
    add(",\"number\":", number)
    add(",\"parent\":", parent)
    add(",\"rows\":", rows)
    add(",\"shape\":", shape)
    add(",\"start\":", Int(start))
    add(",\"steps\":", steps)
    add(",\"transaction\":", transaction)
    text += "}"
  }
}
