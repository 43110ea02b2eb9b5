import DatabaseTesting
import TestSupport
import Testing

/// A tree that is read node by node: as many stacks as it has levels, and one place.
@Suite struct TreeWalkTests {
  private let database: SQLiteDatabase

  init() throws {
    database = try withoutDatabaseRecording {
      let database = try SQLiteDatabase()
      try database.execute(
        """
        CREATE TABLE node (id INTEGER PRIMARY KEY, parentId INTEGER REFERENCES node(id));
        CREATE INDEX node_parent ON node (parentId);
        INSERT INTO node VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3);
        """)
      return database
    }
  }

  private func children(of node: Int) throws -> [Int] {
    try database.rows("SELECT id FROM node WHERE parentId = ?", node)
  }

  private func walk(_ node: Int) throws {
    for child in try children(of: node) { try walk(child) }
  }

  private func counts(_ body: () throws -> Void) throws -> [Int] {
    let recording = try recordDatabase {
      _ = try database.rows("SELECT id FROM node WHERE parentId IS NULL")
      try body()
    }
    return recording.check(.noNPlusOne).map(\.count)
  }

  @Test func depthFirst() throws {
    #expect(try counts { try walk(1) } == [7])
  }

  @Test func theNodeAfterItsChildren() throws {
    func visit(_ node: Int) throws {
      for child in [2 * node, 2 * node + 1] where child <= 7 { try visit(child) }
      _ = try database.rows("SELECT parentId FROM node WHERE id = ?", node)
    }
    #expect(try counts { try visit(1) } == [7])
  }

  @Test func withAListOfWhatIsLeft() throws {
    #expect(
      try counts {
        var left = [1]
        while let node = left.popLast() { left += try children(of: node) }
      } == [7])
  }

  @Test func awaited() async throws {
    let recording = try await recordDatabase {
      _ = try database.rows("SELECT id FROM node WHERE parentId IS NULL")
      try await walkAwaited(1)
    }
    #expect(recording.check(.noNPlusOne).map(\.count) == [7])
  }

  @concurrent private func walkAwaited(_ node: Int) async throws {
    for child in try children(of: node) { try await walkAwaited(child) }
  }

  @Test func levelByLevelIsTheCure() throws {
    #expect(
      try counts {
        var level = [1]
        while !level.isEmpty {
          let list = level.map(String.init).joined(separator: ", ")
          level = try database.rows("SELECT id FROM node WHERE parentId IN (\(list))")
        }
      } == [])
  }

  @Test func soIsARecursiveQuery() throws {
    #expect(
      try counts {
        try database.rows(
          "WITH RECURSIVE t (id) AS (SELECT 1 UNION ALL SELECT node.id FROM node JOIN t ON parentId = t.id) SELECT id FROM t"
        )
      } == [])
  }

  @Test func theWayUpFromOneNodeIsNone() throws {
    #expect(
      try counts {
        var node = 7
        while node > 1 { node = try database.rows("SELECT parentId FROM node WHERE id = ?", node)[0] }
      } == [])
  }
}
