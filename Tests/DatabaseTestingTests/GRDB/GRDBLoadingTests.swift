#if GRDB
  import DatabaseTesting
  import GRDB
  import Testing

  private struct Order: TableRecord, FetchableRecord, Decodable {
    static let lines = hasMany(Line.self)
    static let products = hasMany(Product.self, through: lines, using: Line.product)
    var shop: Int
    var number: Int
  }

  private struct Line: TableRecord, FetchableRecord, Decodable {
    static let order = belongsTo(Order.self)
    static let product = belongsTo(Product.self)
    var id: Int
  }

  private struct Product: TableRecord, FetchableRecord, Decodable {
    static let parts = hasMany(Product.self, key: "parts")
    var id: Int
  }

  /// Requests whose keys have two columns, go through a table in between, or lead back to their own table.
  @Suite struct GRDBLoadingTests {
    private let queue: DatabaseQueue

    init() throws {
      queue = try withoutDatabaseRecording {
        let queue = try DatabaseQueue()
        try queue.write { db in
          try db.execute(
            sql: """
              CREATE TABLE "order" (shop INTEGER, number INTEGER, PRIMARY KEY (shop, number));
              CREATE TABLE product (id INTEGER PRIMARY KEY, assemblyId INTEGER REFERENCES product(id));
              CREATE TABLE line (
                id INTEGER PRIMARY KEY, shop INTEGER, number INTEGER, productId INTEGER REFERENCES product(id),
                FOREIGN KEY (shop, number) REFERENCES "order"(shop, number));
              INSERT INTO "order" VALUES (1, 1), (1, 2), (2, 1);
              INSERT INTO product VALUES (1, NULL), (2, 1), (3, 1);
              INSERT INTO line VALUES (1, 1, 1, 2), (2, 1, 2, 3), (3, 2, 1, 2), (4, 2, 1, 3);
              """)
        }
        return queue
      }
    }

    private func loads(_ body: (Database) throws -> Void) throws -> [String] {
      try recordDatabase { try queue.read(body) }.loads.map { "\($0.strategy.rawValue) \($0.relationship)" }
    }

    @Test func compositeKeys() throws {
      // Keys of several columns go into a subquery of GRDB's.
      #expect(
        try loads { _ = try Row.fetchAll($0, Order.including(all: Order.lines)) } == ["subquery line.(shop, number)"])
      #expect(
        try loads { _ = try Row.fetchAll($0, Line.including(required: Line.order)) } == ["joined line.(shop, number)"])
      #expect(
        try loads { db in
          for order in try Order.fetchAll(db) {
            _ = try Line.filter(Column("shop") == order.shop && Column("number") == order.number).fetchAll(db)
          }
        } == Array(repeating: "lazy line.(shop, number)", count: 3))
    }

    @Test func onlyOneParent() throws {
      #expect(
        try loads { _ = try Row.fetchAll($0, Product.filter(key: 1).including(all: Product.parts)) }
          == ["selectIn product.assemblyId"])
      #expect(
        try loads { _ = try Product.filter(Column("assemblyId") == 1).fetchAll($0) } == ["lazy product.assemblyId"])
    }

    @Test func selfReferences() throws {
      #expect(
        try loads { _ = try Row.fetchAll($0, Product.including(all: Product.parts)) } == ["selectIn product.assemblyId"]
      )
    }

    @Test func throughATableInBetween() throws {
      #expect(
        try loads { _ = try Row.fetchAll($0, Order.including(all: Order.products)) } == ["subquery line.(shop, number)"]
      )
    }
  }
#endif
