#if PostgreSQL
  internal import DatabaseInstrumentation
  internal import DatabaseSupport
  internal import NIOCore

  /// Reads the definitions of each database that clients use, once, in a session of the endpoint's own.
  ///
  /// The first client of a database waits for it, so that what is known does not depend on who is faster.
  final class PostgresKeys: Sendable {
    private let connector: PostgresConnector
    private let read = Locked<[String: EventLoopFuture<Void>]>([:])

    /// How long the session may take; what it waits for others, it waits for a part of that.
    private static let limit = 5
    private static let sql = """
      SET lock_timeout = 1000; SET statement_timeout = 4000; \(PostgresDefinitions.tables); \(PostgresDefinitions.views)
      """

    init(_ connector: PostgresConnector) { self.connector = connector }

    /// Reads them, if nobody has.
    ///
    /// - Parameters:
    ///   - user: As whom the client is connected.
    ///   - connection: Which leads to the database.
    /// - Returns: When all is noted, be it that they could not be read.
    func read(
      _ database: String, as user: String, for connection: InstrumentedConnection, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
      let promise = loop.makePromise(of: Void.self)
      let (future, isOurs) = read.withLock { read in
        if let known = read[database] { return (known, false) }
        read[database] = promise.futureResult
        return (promise.futureResult, true)
      }
      guard isOurs else {
        promise.succeed(())
        return future.hop(to: loop)
      }
      let question = PostgresQuestion(
        Self.sql, user: connector.server.account.user ?? user, database: database,
        password: connector.server.account.password, nonce: Self.nonce())
      ask(question, on: loop).whenComplete { result in
        let schema = connection.evidence.database.schema
        switch result {
        case .success(let definitions):
          for definition in definitions { connection.define(definition) }
        case .failure(let reason):
          schema.noteUnreadable("\(self.connector.server) was asked by the endpoint, and \(reason)")
        }
        promise.succeed(())
      }
      return future
    }

    private func ask(_ question: PostgresQuestion, on loop: any EventLoop) -> EventLoopFuture<[String]> {
      connector.connect(on: loop).flatMapErrorThrowing { error in
        throw PostgresAsking.Failure(description: "it cannot be reached: \(error)")
      }.flatMap { channel in
        let answer = channel.eventLoop.makePromise(of: [[String?]].self)
        do {
          try channel.pipeline.syncOperations.addHandler(PostgresAsking(question, limit: Self.limit, answer))
        } catch {
          answer.fail(error)
        }
        return answer.futureResult.map { $0.compactMap { $0.first ?? nil } }
      }
    }

    private static func nonce() -> String {
      var random = SystemRandomNumberGenerator()
      return Base64.encode((0..<18).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  /// Carries what a question says.
  private final class PostgresAsking: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Failure: Error, CustomStringConvertible {
      var description: String
    }

    private var question: PostgresQuestion
    private let limit: Int
    private let answer: EventLoopPromise<[[String?]]>

    init(_ question: PostgresQuestion, limit: Int, _ answer: EventLoopPromise<[[String?]]>) {
      self.question = question
      self.limit = limit
      self.answer = answer
    }

    func handlerAdded(context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: question.start)), promise: nil)
      context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(limit))) {
        self.follow(self.question.timedOut(after: self.limit).map { [$0] } ?? [], context)
      }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      follow(unwrapInboundIn(data).withUnsafeReadableBytes { question.received($0) }, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
      follow(question.closed().map { [$0] } ?? [], context)
      context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func follow(_ actions: [PostgresQuestion.Action], _ context: ChannelHandlerContext) {
      for action in actions {
        switch action {
        case .send(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .answered(let rows):
          answer.succeed(rows)
          leave(context)
        case .failed(let reason):
          answer.fail(Failure(description: reason))
          leave(context)
        }
      }
    }

    private func leave(_ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: PostgresQuestion.end)), promise: nil)
      context.close(promise: nil)
    }
  }
#endif
