import Bookstore
import DatabaseTesting
import Testing

@Suite("The catalogue", .database(.noNPlusOne, .noDuplicateQueries)) struct CatalogueTests {
  let catalogue: Catalogue

  init() throws { catalogue = Catalogue(try bookstore()) }

  @Test func listsAuthors() throws { #expect(try catalogue.authors().count == 12) }

  @Test(.database(.queries(...2))) func showsTheStartPage() throws {
    #expect(try catalogue.startPage().flatMap { $0 }.count == 60)
  }

  @Test(.database(.queries(...2))) func showsTheStartPageAtOnce() throws {
    #expect(try catalogue.startPageAtOnce().count == 60)
  }

  @Test("Who reviewed a book", arguments: [1, 2, 3]) func reviews(of book: Int) throws {
    #expect(try catalogue.reviews(of: book).count == [5, 35, 0][book - 1])
  }

  @Test(arguments: 0..<12) func pages(number: Int) throws {
    #expect(try catalogue.page(number).count == (number < 6 ? 10 : 0))
  }

  @Test(arguments: [1, 7, 60, 61]) func findsABook(id: Int) throws {
    #expect(try catalogue.book(id) == (id > 60 ? nil : id))
  }

  @Test(arguments: [1, 4, 12]) func pricesOf(count: Int) throws {
    #expect(try catalogue.prices(of: Array(1...count)).count == count)
  }

  @Test(.database(.noFullScans)) func searchesByPrice() throws {
    #expect(try catalogue.books(costing: 510) == [10])
  }

  @Suite("of one author") struct OfOneAuthor {
    let catalogue: Catalogue

    init() throws { catalogue = Catalogue(try bookstore()) }

    @Test(arguments: 1...6) func hasBooks(author: Int) throws { #expect(try catalogue.books(of: author).count == 5) }

    @Test func expectsOneMore() throws { #expect(try catalogue.books(of: 1).count == 6) }
  }
}
