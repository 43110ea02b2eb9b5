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

  /// Two levels more: 31 nodes.
  private func grow() throws {
    try withoutDatabaseRecording {
      try database.execute(
        """
        WITH RECURSIVE n (id) AS (SELECT 8 UNION ALL SELECT id + 1 FROM n WHERE id < 31)
        INSERT INTO node SELECT id, id / 2 FROM n;
        """)
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

  @Test(.needs(.chains)) func depthFirst() throws {
    #expect(try counts { try walk(1) } == [7])
  }

  @Test(.needs(.chains)) func theNodeAfterItsChildren() throws {
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

  @Test(.needs(.chains)) func awaited() async throws {
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

  @Test(.needs(.chains)) func aFunctionThatAnotherOneCallsForEach() throws {
    func visit(_ nodes: [Int]) throws { for node in nodes { try walk(node) } }
    func walk(_ node: Int) throws { try visit(children(of: node)) }
    #expect(try counts { try walk(1) } == [7])
  }

  @Test(.needs(.chains)) func threeFunctionsInARing() throws {
    func first(_ node: Int) throws { try second(node) }
    func second(_ node: Int) throws { try third(children(of: node)) }
    func third(_ nodes: [Int]) throws { try nodes.forEach(first) }
    #expect(try counts { try first(1) } == [7])
  }

  @Test(.needs(.chains)) func eachLevelByTheOtherFunction() throws {
    func even(_ node: Int) throws { for child in try children(of: node) { try odd(child) } }
    func odd(_ node: Int) throws { for child in try children(of: node) { try even(child) } }
    // Two lines, with four nodes and the root, and with two nodes.
    #expect(try counts { try even(1) } == [5])
    try grow()
    #expect(try counts { try even(1) } == [21, 10])
  }

  @Test(.needs(.chains)) func eachLevelByTheOtherFunctionAwaited() async throws {
    let recording = try await recordDatabase {
      _ = try database.rows("SELECT id FROM node WHERE parentId IS NULL")
      try await even(1)
    }
    #expect(recording.check(.noNPlusOne).map(\.count) == [5])
  }

  @concurrent private func even(_ node: Int) async throws {
    for child in try children(of: node) { try await odd(child) }
  }

  @concurrent private func odd(_ node: Int) async throws {
    for child in try children(of: node) { try await even(child) }
  }

  @Test(.needs(.chains)) func methodsOfTwoTypes() throws {
    try grow()
    #expect(try counts { try Folder(self, 1).visit() } == [16, 15])
  }

  private class Item {
    let tests: TreeWalkTests
    let node: Int
    init(_ tests: TreeWalkTests, _ node: Int) { (self.tests, self.node) = (tests, node) }
    func visit() throws {}
  }

  private final class Folder: Item {
    override func visit() throws {
      for child in try tests.children(of: node) { try (child < 16 ? Folder(tests, child) : Leaf(tests, child)).visit() }
    }
  }

  private final class Leaf: Item {
    override func visit() throws { _ = try tests.children(of: node) }
  }

  @Test func theWayUpByTwoFunctionsIsNone() throws {
    func parent(of node: Int) throws -> Int { try database.rows("SELECT parentId FROM node WHERE id = ?", node)[0] }
    func up(_ node: Int) throws { if node > 1 { try on(parent(of: node)) } }
    func on(_ node: Int) throws { if node > 1 { try up(parent(of: node)) } }
    #expect(try counts { try up(7) } == [])
  }

  @Test func twoFunctionsOfWhichOneCallsTheOtherOnceAreNone() throws {
    func first(_ nodes: [Int]) throws {
      _ = try children(of: nodes[0])
      try second(nodes[1])
    }
    func second(_ node: Int) throws { _ = try children(of: node) }
    #expect(try counts { try first(try children(of: 1)) } == [])
  }
}
