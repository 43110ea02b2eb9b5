internal import CStatementLog
internal import DatabaseInstrumentation

/// One query that ran several times with the same parameters, from one place, with nothing written in between.
struct Duplicate {
  var indices: [Int]
  var group: ReadGroup
}

extension Analysis {
  /// Duplicates among the statements that no repetition claims.
  func duplicates(besides repetitions: [Repetition] = []) -> [Duplicate] {
    let claimed = Set(repetitions.flatMap(\.indices))
    return groups().flatMap { group -> [Duplicate] in
      let shape = evidence.shape(at: group.indices[0])
      // A query without a table asks for the time, a random number, the last row id: each answer is another one. Where one with
      // tables does, its parameters are unknown.
      guard group.indices.count > 1, !shape.tables.isEmpty, !readsVolatileColumns(shape, at: group.indices[0]) else {
        return []
      }
      let free = group.indices.filter { !claimed.contains($0) && evidence.records[$0].parameters != 0 }
      let byParameters = Dictionary(grouping: free) { evidence.records[$0].parameters }
      guard byParameters.contains(where: { $0.value.count > 1 }), Circumstances(self).areDecisive(for: group) else {
        return []
      }
      return byParameters.values
        .flatMap { repeated($0, in: group, of: shape.tables) }
        .map { Duplicate(indices: $0, group: group) }
    }
    .sorted { $0.indices[0] < $1.indices[0] }
  }

  /// The runs of two and more that asked for nothing.
  ///
  /// A loop that awaits, and whose answer changed at some time, asks until it does: a program has no other way to wait for a row.
  private func repeated(_ indices: [Int], in group: ReadGroup, of tables: [TableReference]) -> [[Int]] {
    let runs = split(indices, to: tables)
    if runs.count > 1, group.stack != 0, evidence.stacks[Int(group.stack) - 1].isAwaitedByApp { return [] }
    return runs.filter { $0.count > 1 }
  }

  /// Of a view, or of a table that generates them when they are read.
  private func readsVolatileColumns(_ shape: StatementShape, at index: Int) -> Bool {
    let schema = evidence.schema(at: index)
    return shape.tables.contains { table in
      schema.tables(behind: table.name).contains {
        schema.view($0)?.isVolatile == true || schema.table($0)?.isVolatile == true
      }
    }
  }

  /// The runs between which nothing was written to the tables, and nothing failed: what follows on a failure is another attempt.
  private func split(_ indices: [Int], to tables: [TableReference]) -> [[Int]] {
    var runs: [[Int]] = []
    for index in indices.sorted() {
      if let last = runs.last?.last, !writes.touch(tables, in: evidence, last, index),
        writes.knowsAll(in: evidence, between: last, index),
        !self.index.fails(between: last, index)
      {
        runs[runs.count - 1].append(index)
      } else {
        runs.append([index])
      }
    }
    return runs
  }
}
