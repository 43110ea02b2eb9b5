// What the code in the documentation takes for granted: an app, and the types of libraries that the package does not depend on.

import DatabaseTelemetry
import DatabaseTesting
import Foundation
import GRDB
import GRDBInstrumentation
import Hummingbird
import HummingbirdInstrumentation
import InMemoryTracing
import Logging
import NIOCore
import NIOPosix
import PostgresInstrumentation
import Testing
import Tracing
import XCTest

struct Author: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let books = hasMany(Book.self)
  var id: Int
  var name = ""
}

struct Book: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let author = belongsTo(Author.self)
  var id: Int
}

struct AuthorWithBooks {
  var author: Author
  var books: [Book]
}

struct Draft: Sendable {}

struct Library: Sendable {
  static func inMemory() throws -> Library { Library() }
  func filled(authors: Int) throws -> Library { self }
  func filled(books: Int) throws -> Library { self }
  func archive() throws {}
  func booksWithTheirSequels() throws -> [Book] { [] }
  func publishTwice() throws {}
  func authors() async throws -> [Author] { [] }
  func authorsWithBooks() async throws -> [AuthorWithBooks] { [] }
  func authorsWithBooks() throws -> [AuthorWithBooks] { [] }
  func authorsWithBooksNow() throws -> [AuthorWithBooks] { [] }
  func bestsellers() throws -> [Book] { [] }
  func books(by author: Int) throws -> [Book] { [] }
  func publish(_ draft: Draft) throws {}
  func slowReport() throws {}
  @discardableResult func book(titled title: String) throws -> Book? { nil }
  func warmUp() throws {}
}

enum Current { @TaskLocal static var library: Library? }

extension TestTrait where Self == DatabaseTestTrait {
  static var sampleLibrary: Self { .database() }
}

let library = Library()
let draft = Draft()
let author = Author(id: 1)
let id = 1
let tenant = "acme"
let host = "db.example.com"
let path = "library.sqlite"
let password = "secret"
let sql = "SELECT * FROM book WHERE author_id = $1"
let parameters = ["7"]
let recording = recordDatabase {}
nonisolated(unsafe) let handle = OpaquePointer(bitPattern: 1)!
let archiveConfiguration = DatabaseInstrumentor.Configuration.development
let eventLoopGroup = MultiThreadedEventLoopGroup.singleton
let group = MultiThreadedEventLoopGroup.singleton
let otel = InMemoryTracer()
let queue = try! DatabaseQueue()
nonisolated(unsafe) let router = Router()

func sendInsertsAndUpdates() throws {}
func importLibrary() async throws {}
func send() async throws -> [String] { [] }
func send(_ sql: String, _ parameters: [String] = []) throws -> [String] { [] }
func fetchBooks(of author: Author) throws -> [Book] { [] }
func fetchAuthor(_ id: Int) throws -> Author? { nil }

/// A connection of a driver.
struct DriverConnection {
  var id: Int { 1 }
  var statements: StatementHooks { InstrumentedConnection("library", system: .postgreSQL).statements }
  func query<T>(_ sql: String, _ values: T...) throws -> [Book] { [] }
}

let connection = DriverConnection()

// SQLite's C API.
// swift-format-ignore: AlwaysUseLowerCamelCase
func sqlite3_open(_ path: String, _ handle: UnsafeMutablePointer<OpaquePointer?>) -> Int32 { 0 }

// Fluent's, Vapor's and PostgresNIO's.
struct Databases: Sendable {
  init(threadPool: NIOThreadPool, on group: any EventLoopGroup) {}
  func database(logger: Logger, on eventLoop: any EventLoop) -> String { "" }
}

extension Databases {
  struct ID { static var psql: ID { ID() } }
  struct Factory {
    static func postgres(configuration: PostgresConfiguration) -> Factory { Factory() }
    static func recorded(_ driver: Factory, as name: String) -> Factory { driver }
  }

  func use(_ driver: Factory, as id: ID) {}
}

struct PostgresConfiguration {}

let configuration = PostgresConfiguration()

struct FluentDatabase: Sendable {
  func transaction<R: Sendable>(_ body: @escaping @Sendable (FluentDatabase) async throws -> R) async throws -> R {
    try await body(self)
  }

  func save(_ book: Book) async throws {}
}

let fluent = FluentDatabase()
let book = Book(id: 1)

func definitions(_ query: String) async throws -> [String] { [] }

let databases = Databases(threadPool: .singleton, on: group)

struct VaporApplication { var logger: Logger }

nonisolated(unsafe) var app = VaporApplication(logger: Logger(label: "app"))

let postgres = 1

struct PostgresError: Error { var sqlState = "23505" }

struct PostgresClient {
  init(configuration: Int, tracer: some Tracer) {}
}

// Pools: an app's own behind a protocol, and one of a driver.
final class StubConnection: Sendable {
  func query(_ sql: String) async throws -> [String] { [] }
}

struct Lease: Sendable {
  let connection: StubConnection
  let id: Int
}

protocol ConnectionPool: Sendable {
  func take() throws -> Lease
  func giveBack(_ lease: Lease)
}

struct AppPool: Sendable {
  init(size: Int) {}
  func acquire() async throws -> StubConnection { StubConnection() }
  func release(_ connection: StubConnection) async throws {}
}

struct AcquireTimeout: Error {}

/// A client that only lends its connections.
struct LendingClient {
  // As strict as that of PostgresNIO is.
  func withConnection<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: (DriverConnection) async throws -> sending R
  ) async throws -> sending R {
    try await body(connection)
  }
}

let client = LendingClient()
let monitor = PoolMonitor(name: "client")

typealias MyConnection = StubConnection

struct MyPool: Sendable {
  init(size: Int) {}
  func get() async throws -> MyConnection { MyConnection() }
  func put(_ connection: MyConnection) {}
  func shutdown() async {}
}

struct Subject: ContractPool {
  let pool: MyPool
  func checkout() async throws -> MyConnection { try await pool.get() }
  func checkin(_ lease: MyConnection) async throws { pool.put(lease) }
  func connectionID(of lease: MyConnection) -> ObjectIdentifier { ObjectIdentifier(lease) }
  func close() async { await pool.shutdown() }
}

struct DriverPool: MonitorablePool {
  init(size: Int) {}
  func checkout() async throws -> StubConnection { StubConnection() }
  func checkin(_ connection: StubConnection) async throws {}
}

struct Bank: Sendable { func transfer<C>(_ amount: Int = 100, using pool: FakePool<C>) async throws {} }

let bank = Bank()
let pool = FakePool.sqlite(size: 2)
let observer = PoolMonitor(name: "main").observer

func connectApp(to host: String, port: Int) async throws {}
