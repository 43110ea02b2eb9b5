#if Hummingbird
  internal import DatabaseRecording
  public import DatabaseTelemetry
  public import Hummingbird
  internal import Logging

  /// Puts a request's attributes on all its database work, counts its queries, and looks for N+1s while developing.
  ///
  /// ```swift
  /// let router = Router()
  /// router.add(middleware: TracingMiddleware())
  /// router.add(middleware: DatabaseMiddleware(onNPlusOne: .log))
  /// ```
  ///
  /// Spans and metrics of the request's statements carry `http.request.method` and `http.route`. The number of its queries
  /// is logged at the level `debug` as `db.query.count`. What a response sends while its body is written is not counted.
  public struct DatabaseMiddleware<Context: RequestContext>: RouterMiddleware {
    /// What happens to a request that loads a relationship one row at a time.
    public enum NPlusOnePolicy: Sendable {
      /// Nothing: for production. Queries are counted, none is kept.
      case ignore
      /// It is logged as a warning, with the lines of the app: for development. It costs milliseconds.
      case log
      /// It is logged, and the response is an error that says what to do: for development and for tests of a whole server.
      case refuse
    }

    private let policy: NPlusOnePolicy
    private let queryLimit: Int?
    private let attributes: @Sendable (Request, Context) -> DatabaseAttributes

    /// Makes a middleware.
    ///
    /// - Parameters:
    ///   - policy: What happens to a request that has an N+1.
    ///   - queryLimit: A request that sends more queries is logged as a warning; `nil`: none is.
    ///   - attributes: More attributes for the request's spans and metrics, such as a tenant.
    public init(
      onNPlusOne policy: NPlusOnePolicy = .ignore, queryLimit: Int? = nil,
      attributes: @escaping @Sendable (Request, Context) -> DatabaseAttributes = { _, _ in [:] }
    ) {
      self.policy = policy
      self.queryLimit = queryLimit
      self.attributes = attributes
    }

    /// Handles a request.
    @concurrent public func handle(
      _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
      var all: DatabaseAttributes = ["http.request.method": .string(request.method.rawValue)]
      if let route = context.endpointPath { all["http.route"] = .string(route) }
      let recorder = DatabaseRecorder(
        context.endpointPath ?? "request",
        at: CodeLocation(fileID: #fileID, filePath: #filePath, line: #line, column: #column),
        detailLimit: policy == .ignore ? 0 : 10_000)
      let result: Result<Response, any Error>
      do {
        result = .success(
          try await withDatabaseAttributes(all.merging(attributes(request, context))) {
            try await recorder.bind { try await next(request, context) }
          })
      } catch {
        result = .failure(error)
      }
      let recording = recorder.finish()
      SinkCall.perform { report(recording, context) }
      let response = try result.get()
      guard policy == .refuse, let finding = Self.nPlusOne(in: recording) else { return response }
      throw HTTPError(.internalServerError, message: finding.message)
    }

    private func report(_ recording: Recording, _ context: Context) {
      let count = recording.queries.count
      context.logger.debug("Database queries", metadata: ["db.query.count": "\(count)"])
      if let queryLimit, count > queryLimit {
        context.logger.warning(
          "A request sent more queries than its limit",
          metadata: ["db.query.count": "\(count)", "limit": "\(queryLimit)"])
      }
      if policy != .ignore, let finding = Self.nPlusOne(in: recording) {
        context.logger.warning("\(finding.message)", metadata: ["db.query.count": "\(count)"])
      }
    }

    private static func nPlusOne(in recording: Recording) -> Finding? {
      recording.findings.first { $0.kind == .nPlusOne || $0.kind == .repeatedRead }
    }
  }
#endif
