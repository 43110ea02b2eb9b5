package import DatabaseRunRecords

/// What tells a test apart, in one run and from run to run; its line is no part of it, since lines move.
package struct TestIdentity: Hashable, Comparable, Sendable {
  package var module: String
  package var file: String
  package var name: String
  /// The function that recorded, of a line that is no test as a whole.
  package var call: String?

  package init(_ test: RunRecord.Test) {
    module = test.module
    file = test.file
    name = test.name
    call = test.call
  }

  package init(module: String, file: String, name: String, call: String? = nil) {
    self.module = module
    self.file = file
    self.name = name
    self.call = call
  }

  /// `BookshopTests/LibraryTests.swift listsAuthors()`, and the call in brackets. As it came: not yet safe for a terminal.
  package var description: String { "\(module)/\(file) \(name)\(call.map { " (\($0))" } ?? "")" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.module, left.file, left.name, left.call ?? "") < (right.module, right.file, right.name, right.call ?? "")
  }
}

extension Int {
  /// Sums of numbers from files that anybody may have written: at the end of the range it stays there.
  func adding(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  /// What a count may be.
  var asCount: Int { Swift.max(0, self) }
}

extension RunRecord.Test {
  /// Executions by shape; those of shapes that the file does not have are left out.
  var executionsByShape: [Int] {
    var counts = Array(repeating: 0, count: shapes.count)
    for execution in executions where counts.indices.contains(execution.shape) { counts[execution.shape] += 1 }
    return counts
  }
}
