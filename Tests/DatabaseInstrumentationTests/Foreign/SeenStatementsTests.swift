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
