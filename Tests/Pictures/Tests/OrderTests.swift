import Bookstore
import DatabaseTesting
import Testing

@Suite(.database(.writesInTransactions, .closedTransactions)) struct OrderTests {
  let orders: Orders

  init() throws { orders = Orders(try bookstore()) }

  @Test(arguments: [[1], [1, 2], [3, 4, 5], Array(6...20)]) func places(books: [Int]) throws {
    try orders.place(books, for: 1)
  }

  @Test(.database(.rollbacks(1))) func rollsBackWhatIsOutOfStock() throws {
    #expect(throws: BookstoreError.outOfStock) { try orders.place([1, 1, 1, 1], for: 1) }
  }

  @Test(.database(.noFailures)) func refusesAnUnknownTable() throws {
    #expect(throws: BookstoreError.self) { try bookstore().run("INSERT INTO customer VALUES (1, 'again')") }
  }

  @Test func placesCarelessly() throws { try orders.placeCarelessly([1, 2, 3], for: 2) }

  @Test func reserves() throws { try orders.reserve(7) }

  @Test("Turnover of a month", arguments: 1...12) func turnover(month: Int) throws {
    #expect(try orders.turnover(in: month).count > 0)
  }

  @Test(.database(.steps(...20_000))) func turnoverIsCheap() throws { _ = try orders.turnover(in: 1) }
}
