internal import DatabaseInstrumentation

/// What to do where there are too many statements: the largest of the loops that the findings prove, and what takes its place.
///
/// Where none is proved there is nothing to advise: whether the code or the number is wrong only the test's author knows.
struct CountAdvice {
  private struct Loop {
    var indices: [Int]
    /// What its statements do, in words that follow "3 of them".
    var does: String
    var fix: String
  }

  /// What is repeated, and the fix.
  let lines: [String]

  /// - Parameters:
  ///   - found: The statements that are too many.
  ///   - besidesInserts: Whether inserts are explained otherwise.
  init(_ recording: Recording, among found: StatementCollection, besidesInserts: Bool) {
    let analysis = Analysis(recording)
    let repetitions = analysis.repetitions()
    var loops = repetitions.map { repetition in
      Loop(indices: repetition.indices, does: repetition.does, fix: Fix(repetition, in: analysis.evidence).text)
    }
    loops += analysis.duplicates(besides: repetitions).map { duplicate in
      Loop(indices: duplicate.indices, does: "run one query with the same parameters", fix: DuplicateReport.fix)
    }
    if !besidesInserts {
      loops += analysis.groupsOfInserts(threshold: 2).map { group in
        let table = analysis.tableWritten(by: group)
        return Loop(
          indices: group.indices, does: "insert into \(table), one row at a time", fix: Analysis.fixOfInserts)
      }
    }
    let among = Set(found.map(\.index))
    let largest = loops.filter { among.isSuperset(of: $0.indices) }
      .max { ($0.indices.count, $1.indices[0]) < ($1.indices.count, $0.indices[0]) }
    guard let largest else {
      lines = []
      return
    }
    let count = largest.indices.count
    let numbers = NumberList(largest.indices.map { ExecutedStatement(evidence: analysis.evidence, index: $0).number })
    lines = [
      "  \(count == found.count ? "all" : String(count)) of them \(largest.does): \(numbers)", "  fix: \(largest.fix)",
    ]
  }
}
