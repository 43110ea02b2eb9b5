internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Recordings of the same work on data of different sizes.
package struct ScaleSeries: Sendable {
  let sizes: [Int]
  let recordings: [Recording]
  /// What messages call the function that made it.
  let name: String

  package init(_ name: String, sizes: [Int], recordings: [Recording]) {
    self.name = name
    self.sizes = sizes
    self.recordings = recordings
  }

  /// What is wrong with sizes that cannot prove anything; `nil` when they can.
  ///
  /// - Parameter forLine: Whether a straight line is to be told from a curve.
  package static func problem(of sizes: [Int], for name: String, forLine: Bool = false) -> Finding? {
    var problem: String?
    if let small = sizes.first(where: { $0 < 1 }) {
      problem = "at size \(small) there are no rows to read related ones for; begin with 1 or more."
    } else if zip(sizes, sizes.dropFirst()).contains(where: { $0 >= $1 }) {
      problem = "the sizes \(sizes) do not grow; write them in ascending order, each once."
    } else if sizes.count < 2 {
      problem = "one size shows no growth; write two or more, such as [2, 4, 8]."
    } else if forLine, sizes.count < 3 || sizes[sizes.count - 1] < 4 * sizes[0] {
      problem =
        "a line cannot be told from a curve by \(sizes); write three sizes or more, the last at least 4 times the first."
    }
    return problem.map { Finding(kind: .invalidExpectation, headline: "\(name) cannot be checked: \($0)") }
  }

  /// Why nothing can be concluded from any of the recordings.
  var blindness: Finding? {
    if let blind = recordings.first(where: \.isBlind) { return BlindReport(blind, expectation: name).knownBlind }
    guard recordings.allSatisfy(\.queries.isEmpty) else { return nil }
    return Finding(
      kind: .blind, headline: "\(name) saw no query at any size, so it proves nothing.",
      details: (recordings.last.map { $0.storage.ungiven.map { "  \($0)" } + Unseen($0).lines } ?? [])
        + ["  fix: call the code under test in `measure`"])
  }

  /// One shape in all of the recordings.
  struct Row {
    var shape: StatementShape
    /// Executions at each size.
    var counts: [Int]
    /// Steps at each size; `nil` where they are not known.
    var steps: [Int]?
    /// Executions at the largest size.
    var statements: [ExecutedStatement]
  }

  /// By shape, in the order in which they came at the largest size.
  var rows: [Row] {
    var order: [StatementShape] = []
    var found: [StatementShape: Row] = [:]
    for (place, recording) in recordings.enumerated().reversed() {
      for (shape, count, _) in recording.queries.countsByShape {
        if found[shape] == nil {
          order.append(shape)
          found[shape] = Row(
            shape: shape, counts: Array(repeating: 0, count: sizes.count),
            steps: Array(repeating: 0, count: sizes.count), statements: [])
        }
        found[shape]?.counts[place] += count
      }
      for statement in recording.queries {
        if place == recordings.count - 1 { found[statement.shape]?.statements.append(statement) }
        if let cost = statement.cost {
          found[statement.shape]?.steps?[place] += cost.steps
        } else if statement.error == nil {
          found[statement.shape]?.steps = nil
        }
      }
    }
    return order.compactMap { found[$0] }
  }

  /// Rows read and written, and steps, at each size; `nil` where they are not known.
  private var work: [[Int]]? {
    var work: [[Int]] = []
    for recording in recordings {
      var sum = [0, 0]
      for statement in recording.queries {
        guard let cost = statement.cost, !statement.shape.loaderHint.isAggregate else { return nil }
        sum[0] += (statement.rowsReturned ?? 0) + max(0, statement.rowsChanged ?? 0)
        sum[1] += cost.steps
      }
      work.append(sum)
    }
    return work
  }

  /// What to say where `measure` does the same at every size.
  var vacuity: Finding? {
    guard let work, let first = work.first, work.allSatisfy({ $0 == first }) else { return nil }
    return Finding(
      kind: .blind,
      headline: "\(name) proves nothing: at sizes \(list) `measure` handles the same \(first[0].counted("row")).",
      details: [
        "  fix: populate what `measure` reads, so that it reads more at a larger size; stay below the limit of a page"
      ])
  }

  var list: String { sizes.map(String.init).joined(separator: ", ") }
}

extension Sequence<Int> {
  /// `2 → 4 → 8`.
  var arrows: String { map(String.init).joined(separator: " → ") }
}
