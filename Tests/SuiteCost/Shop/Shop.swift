package import Foundation
package import GRDB

package struct Customer: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
  package var id: Int64?
  package var name: String
  package var city: String

  package static let orders = hasMany(Order.self)

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

package struct Product: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
  package var id: Int64?
  package var title: String
  package var price: Int

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

package struct Order: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
  package var id: Int64?
  package var customerId: Int64
  package var placed: Date

  package static let customer = belongsTo(Customer.self)
  package static let lines = hasMany(Line.self)

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

package struct Line: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
  package var id: Int64?
  package var orderId: Int64
  package var productId: Int64
  package var count: Int

  package static let product = belongsTo(Product.self)

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

package struct CustomerInfo: Codable, FetchableRecord, Sendable {
  package var customer: Customer
  package var orders: [Order]
}

/// An app of customary size: a schema, some records, associations, a few requests.
package struct Shop: Sendable {
  package let database: DatabaseQueue

  package static func inMemory() throws -> Shop {
    let shop = Shop(database: try DatabaseQueue())
    try shop.migrate()
    return shop
  }

  private func migrate() throws {
    try database.write { db in
      try db.create(table: "customer") { t in
        t.autoIncrementedPrimaryKey("id")
        t.column("name", .text).notNull()
        t.column("city", .text).notNull()
      }
      try db.create(table: "product") { t in
        t.autoIncrementedPrimaryKey("id")
        t.column("title", .text).notNull()
        t.column("price", .integer).notNull()
      }
      try db.create(table: "order") { t in
        t.autoIncrementedPrimaryKey("id")
        t.belongsTo("customer", onDelete: .cascade).notNull()
        t.column("placed", .datetime).notNull()
      }
      try db.create(table: "line") { t in
        t.autoIncrementedPrimaryKey("id")
        t.belongsTo("order", onDelete: .cascade).notNull()
        t.belongsTo("product").notNull()
        t.column("count", .integer).notNull()
      }
    }
  }

  package func add(customers: Int, products: Int) throws {
    try database.write { db in
      for number in 1...customers {
        var customer = Customer(name: "Customer \(number)", city: number % 2 == 0 ? "Bern" : "Basel")
        try customer.insert(db)
      }
      for number in 1...products {
        var product = Product(title: "Product \(number)", price: number * 100)
        try product.insert(db)
      }
    }
  }

  @discardableResult
  package func order(_ products: [Int64], for customer: Int64) throws -> Int64 {
    try database.write { db in
      var order = Order(customerId: customer, placed: Date(timeIntervalSince1970: 1_800_000_000))
      try order.insert(db)
      for product in products {
        var line = Line(orderId: order.id!, productId: product, count: 1)
        try line.insert(db)
      }
      return order.id!
    }
  }

  package func customersWithOrders() throws -> [CustomerInfo] {
    try database.read { db in
      try Customer.including(all: Customer.orders).order(Column("name")).asRequest(of: CustomerInfo.self).fetchAll(db)
    }
  }

  package func customer(_ id: Int64) throws -> Customer? {
    try database.read { db in try Customer.fetchOne(db, key: id) }
  }

  package func customer(_ id: Int64) async throws -> Customer? {
    try await database.read { db in try Customer.fetchOne(db, key: id) }
  }

  package func total(of order: Int64) throws -> Int {
    try database.read { db in
      try Int.fetchOne(
        db, sql: "SELECT SUM(price * count) FROM line JOIN product ON product.id = productId WHERE orderId = ?",
        arguments: [order]) ?? 0
    }
  }

  package func products(below price: Int) throws -> [Product] {
    try database.read { db in
      try Product.filter(Column("price") < price).order(Column("title")).fetchAll(db)
    }
  }

  /// One query for each customer.
  package func ordersOneByOne() throws -> [[Order]] {
    try database.read { db in
      try Customer.fetchAll(db).map { try Order.filter(Column("customerId") == $0.id!).fetchAll(db) }
    }
  }
}

extension Customer {
  package init(name: String, city: String) { self.init(id: nil, name: name, city: city) }
}

extension Product {
  package init(title: String, price: Int) { self.init(id: nil, title: title, price: price) }
}

extension Order {
  package init(customerId: Int64, placed: Date) { self.init(id: nil, customerId: customerId, placed: placed) }
}

extension Line {
  package init(orderId: Int64, productId: Int64, count: Int) {
    self.init(id: nil, orderId: orderId, productId: productId, count: count)
  }
}
