#if Hummingbird
  import DatabaseTesting
  import Hummingbird
  import HummingbirdInstrumentation
  import InMemoryTracing
  import Logging
  import NIOCore
  import ServiceLifecycle
  import TestSupport
  import Testing
  import Tracing

  @Suite struct DatabaseMiddlewareTests {
    private let shop: Shop
    private let log = CollectedLog()

    init() throws {
      shop = try withoutDatabaseRecording { try Shop(authors: 4) }
    }

    /// A request through a real router, without a socket.
    private func respond(
      to path: String, _ middleware: DatabaseMiddleware<TestContext>
    ) async throws -> Response {
      let shop = shop
      let router = Router(context: TestContext.self)
      router.add(middleware: middleware)
      router.get("authors") { _, _ in
        try shop.authorsWithBooksOneByOne()
        return "authors"
      }
      router.get("authors/:id") { _, context in
        let id = try context.parameters.require("id", as: Int.self)
        return "\(try shop.books(of: id))"
      }
      router.get("fails") { _, _ -> String in
        _ = try shop.authors()
        throw HTTPError(.notFound)
      }
      let request = Request(
        head: .init(method: .get, scheme: "http", authority: "localhost", path: path), body: .init(buffer: ByteBuffer())
      )
      let context = TestContext(source: TestSource(logger: log.logger))
      return try await router.buildResponder().respond(to: request, context: context)
    }

    struct TestSource: RequestContextSource {
      var logger: Logger
    }

    struct TestContext: RequestContext {
      typealias Source = TestSource
      var coreContext: CoreRequestContextStorage

      init(source: TestSource) {
        coreContext = CoreRequestContextStorage(source: source)
      }
    }

    @Test func aRequestHasItsAttributesOnItsSpans() async throws {
      let tracer = InMemoryTracer()
      try await withTracer(tracer) { () async throws -> Void in
        try await withTemporaryInstrumentation {
          let middleware = DatabaseMiddleware<TestContext> { request, _ in
            ["app.path": .string(request.uri.path)]
          }
          async let one = respond(to: "/authors/1", middleware)
          async let two = respond(to: "/authors/2", middleware)
          _ = try await (one, two)
        }
      }
      let spans = tracer.finishedSpans
      #expect(spans.count == 2)
      #expect(spans.allSatisfy { $0.attributes["http.route"]?.toSpanAttribute() == .string("/authors/{id}") })
      #expect(spans.allSatisfy { $0.attributes["http.request.method"]?.toSpanAttribute() == .string("GET") })
      let paths = spans.compactMap { $0.attributes["app.path"]?.toSpanAttribute() }
      #expect(paths.contains(.string("/authors/1")) && paths.contains(.string("/authors/2")))
    }

    @Test func queriesAreCounted() async throws {
      _ = try await respond(to: "/authors", DatabaseMiddleware(queryLimit: 4))
      #expect(log.messages.map { $0.metadata["db.query.count"] } == ["5", "5"])
      #expect(log.messages.map(\.level) == [.debug, .warning])
    }

    @Test func anNPlusOneIsLogged() async throws {
      let response = try await respond(to: "/authors", DatabaseMiddleware(onNPlusOne: .log))
      #expect(response.status == .ok)
      let warning = try #require(log.messages.last)
      #expect(warning.level == .warning)
      #expect(warning.text.contains("4 of 5 queries load book.authorId one author at a time"))
    }

    @Test func anNPlusOneIsRefused() async throws {
      let response = try await respond(to: "/authors", DatabaseMiddleware(onNPlusOne: .refuse))
      #expect(response.status == .internalServerError)
      #expect((response.body.contentLength ?? 0) > 300)
      #expect(log.messages.last?.text.contains("4 of 5 queries load book.authorId one author at a time") == true)
    }

    @Test func aRequestWithoutOneIsLeftAlone() async throws {
      let response = try await respond(to: "/authors/1", DatabaseMiddleware(onNPlusOne: .refuse))
      #expect(response.status == .ok)
      #expect(log.messages.map(\.level) == [.debug])
    }

    @Test func theErrorOfTheHandlerIsNotReplaced() async throws {
      let response = try await respond(to: "/fails", DatabaseMiddleware(onNPlusOne: .refuse))
      #expect(response.status == .notFound)
      #expect(log.messages.map { $0.metadata["db.query.count"] } == ["1"])
    }

    @Test func aTestAroundItSeesTheSame() async throws {
      let recording = try await recordDatabase { try await respond(to: "/authors", DatabaseMiddleware()) }
      #expect(recording.queries.count == 5)
    }

    @Test func theServiceInstrumentsUntilTheGroupShutsDown() async throws {
      let tracer = InMemoryTracer()
      let group = ServiceGroup(services: [DatabaseInstrumentationService()], logger: log.logger)
      try await withTracer(tracer) { () async throws -> Void in
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          tasks.addTask { try await group.run() }
          while tracer.finishedSpans.isEmpty {
            _ = try shop.authors()
            await Task.yield()
          }
          await group.triggerGracefulShutdown()
          try await tasks.waitForAll()
        }
        let count = tracer.finishedSpans.count
        _ = try shop.authors()
        #expect(tracer.finishedSpans.count == count)
      }
      #expect(tracer.activeSpans.isEmpty)
    }

    @Test func aServiceWithABadConfigurationSaysSo() async {
      var configuration = DatabaseInstrumentor.Configuration()
      configuration.sqlTruncationLength = 1
      await #expect(throws: DatabaseConfigurationError.self) {
        try await DatabaseInstrumentationService(configuration: configuration).run()
      }
    }
  }
#endif
