import Testing

@testable import DatabaseInstrumentation

/// Endpoints that many recordings share, one after the other and at once, without a server.
@Suite struct SeenStatementsTests {
  private let seen = SeenStatements()
  private let endpoints = [Endpoint(), Endpoint()]

  private final class Endpoint {}

  private func way(_ endpoint: Int, _ database: String, name: String? = nil) -> SeenStatements.Way {
    SeenStatements.Way(id: ObjectIdentifier(endpoints[endpoint]), database: database, name: name ?? database)
  }

  /// The recording that a statement on the way is given to, after it told of one on `database`.
  private func isGiven(_ database: String, on way: SeenStatements.Way) -> Bool {
    let scope = RecordingScope(role: .recording, detailLimit: 0)
    defer { scope.finish() }
    let sql = "SELECT \(database) FROM \(way.database) WHERE a = $1"
    RecordingScope.$current.withValue(scope) { _ = seen.tell(sql, values: ["1"], database: database) }
    return seen.claim(sql, values: [.known("1")], on: way, inside: nil)?.scope === scope
  }

  @Test func aNameOfNobodysMeansTheOnlyDatabase() {
    seen.change(endpoints: 1)
    let library = way(0, "library", name: "main")
    seen.opened(library)
    for name in ["library", "main", "app", ""] { #expect(isGiven(name, on: library), "\(name)") }
    let shop = way(1, "shop")
    seen.opened(shop)
    for name in ["library", "main"] { #expect(isGiven(name, on: library), "\(name)") }
    for name in ["shop", "app", ""] { #expect(!isGiven(name, on: library), "\(name)") }
  }

  /// What told of it may wait for a connection that has gone meanwhile.
  @Test func aNameOfADatabaseMeansNoOtherOneOnceItsConnectionsAreClosed() {
    seen.change(endpoints: 1)
    let (library, shop) = (way(0, "library"), way(1, "shop"))
    seen.opened(library)
    seen.opened(shop)
    seen.closed(shop)
    #expect(!isGiven("shop", on: library))
    #expect(isGiven("library", on: library) && isGiven("app", on: library))
    // The same database through another endpoint is the same name, and means what is open.
    seen.closed(library)
    let again = way(1, "library")
    seen.opened(again)
    #expect(isGiven("library", on: again))
  }

  /// Under its own name, or under one that was only another name of it.
  @Test func anotherNameOfADatabaseIsNoOtherDatabases() {
    seen.change(endpoints: 1)
    let before = way(0, "library", name: "psql")
    seen.opened(before)
    seen.closed(before)
    let library = way(1, "library")
    seen.opened(library)
    #expect(isGiven("psql", on: library))
    seen.opened(way(0, "shop", name: "psql"))
    #expect(!isGiven("psql", on: library))
  }

  /// Whose it is is known, however many ways there are to a database of that name.
  @Test(arguments: ["library", "psql", ""]) func whatItsOwnEndpointSawIsSettledBesideASharedOne(name: String) {
    seen.change(endpoints: 1)
    let (shared, own) = (way(0, "library"), way(1, "library"))
    seen.opened(shared)
    seen.opened(own)
    let first = RecordingScope(role: .recording, detailLimit: 0)
    let second = RecordingScope(role: .recording, parent: nil, detailLimit: 0)
    defer {
      first.finish()
      second.finish()
    }
    let sql = "INSERT INTO settled_\(name.count) VALUES ($1)"
    RecordingScope.$current.withValue(first) { _ = seen.tell(sql, values: ["1"], database: name) }
    seen.settle(sql, values: [.known("1")], on: own, in: first)
    seen.closed(own)
    #expect(seen.claim(sql, values: [.known("1")], on: shared, inside: nil) == nil)
    RecordingScope.$current.withValue(second) { _ = seen.tell(sql, values: ["1"], database: name) }
    let owner = seen.claim(sql, values: [.known("1")], on: shared, inside: nil)
    #expect(owner?.scope === second && owner?.isCertain == true)
  }

  @Test func whatIsToldOfANewEndpointOutlivesTheLastOneBefore() {
    let library = way(0, "library")
    seen.opened(library)
    let scope = RecordingScope(role: .recording, detailLimit: 0)
    defer { scope.finish() }
    seen.change(endpoints: 1)
    seen.change(endpoints: 1)
    RecordingScope.$current.withValue(scope) { _ = seen.tell("SELECT 1 FROM a", values: [], database: "library") }
    seen.change(endpoints: -1)
    #expect(seen.claim("SELECT 1 FROM a", values: [], on: library, inside: nil)?.scope === scope)
    RecordingScope.$current.withValue(scope) { _ = seen.tell("SELECT 1 FROM a", values: [], database: "library") }
    seen.change(endpoints: -1)
    seen.change(endpoints: 1)
    #expect(seen.claim("SELECT 1 FROM a", values: [], on: library, inside: nil) == nil)
  }
}
