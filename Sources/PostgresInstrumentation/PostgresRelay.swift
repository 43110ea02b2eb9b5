#if PostgreSQL
  internal import NIOCore
  internal import NIOSSL

  /// One end of a connection that goes through the endpoint: hands on what it reads to the other end, after the session has
  /// read it, so that a statement is recorded when its client hears of its end.
  ///
  /// Both ends run on one event loop. An end reads only while the other one can be written to.
  final class PostgresRelay: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Side { case client, server }

    private let side: Side
    private let session: PostgresSession
    private let certificate: NIOSSLContext?
    private var context: ChannelHandlerContext?
    private weak var other: PostgresRelay?
    private var isReadPending = false
    private var startup: PostgresStartup
    /// Of the server's end, where that is encrypted.
    private var binding: PostgresChannelBinding?
    /// What the client sent while the foreign keys are read.
    private var held: ByteBuffer?
    /// Of the server's end, the question that it is asked in the client's session.
    private var rowCount: PostgresRowCount?
    /// The commit that waits for the answer, with all that the client sent after it.
    private var commit: ByteBuffer?

    private init(_ side: Side, _ session: PostgresSession, _ certificate: NIOSSLContext?) {
      self.side = side
      self.session = session
      self.certificate = certificate
      startup = PostgresStartup(offersTLS: certificate != nil)
    }

    /// - Parameters:
    ///   - certificate: By which clients know the endpoint; `nil`: their connections are not encrypted.
    ///   - isEncrypted: Whether the connection to the server is.
    static func pair(
      _ session: PostgresSession, certificate: NIOSSLContext?, isEncrypted: Bool
    ) -> (client: PostgresRelay, server: PostgresRelay) {
      let (client, server) = (PostgresRelay(.client, session, certificate), PostgresRelay(.server, session, nil))
      client.other = server
      server.other = client
      if isEncrypted { server.binding = PostgresChannelBinding() }
      return (client, server)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      switch side {
      case .server: serverSent(buffer)
      case .client where startup.isDone: clientSent(buffer)
      case .client: start(buffer, context)
      }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
      other?.context?.flush()
      context.fireChannelReadComplete()
    }

    private func write(_ buffer: ByteBuffer) {
      context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: - What is read

    private func serverSent(_ buffer: ByteBuffer) {
      if rowCount == nil { deliver(buffer) } else { answered(buffer) }
    }

    private func deliver(_ buffer: ByteBuffer) {
      buffer.withUnsafeReadableBytes { session.serverSent($0) }
      guard let binding, !binding.isDone else {
        other?.write(buffer)
        return
      }
      var passed = ByteBuffer()
      buffer.withUnsafeReadableBytes { bytes in
        self.binding?.serverSent(bytes, isClientEncrypted: other?.startup.isEncrypted == true) { passed.writeBytes($0) }
      }
      if passed.readableBytes > 0 { other?.write(passed) }
    }

    /// The server answers what it was asked in the client's session.
    private func answered(_ buffer: ByteBuffer) {
      var passed = ByteBuffer()
      let answer = buffer.withUnsafeReadableBytes { bytes in
        rowCount?.serverSent(bytes) { passed.writeBytes($0) }
      }
      if let answer {
        rowCount = nil
        session.note(answer)
      }
      if passed.readableBytes > 0 { deliver(passed) }
      if answer != nil { other?.releaseCommit() }
    }

    private func releaseCommit() {
      guard let commit else { return }
      self.commit = nil
      clientSent(commit, mayAsk: false)
      other?.context?.flush()
    }

    private func clientSent(_ buffer: ByteBuffer, mayAsk: Bool = true) {
      if commit != nil {
        commit?.writeImmutableBuffer(buffer)
        return
      }
      if mayAsk, buffer.withUnsafeReadableBytes({ session.mayCountRows(before: $0) }) {
        commit = buffer
        other?.rowCount = PostgresRowCount()
        other?.write(ByteBuffer(bytes: PostgresRowCount.question))
        return
      }
      buffer.withUnsafeReadableBytes { session.clientSent($0) }
      guard other?.binding?.isDone == false else { return forward(buffer) }
      var passed = ByteBuffer()
      let isRefused = buffer.withUnsafeReadableBytes { bytes in
        other?.binding?.clientSent(bytes) { passed.writeBytes($0) } == true
      }
      if isRefused {
        write(PostgresRefusal.message(PostgresChannelBinding.refusal, code: "28000"))
        context?.flush()
        context?.close(promise: nil)
      } else if passed.readableBytes > 0 {
        forward(passed)
      }
    }

    /// What comes before the client has named itself.
    private func start(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
      var passed = ByteBuffer()
      let answers = buffer.withUnsafeReadableBytes { bytes in
        startup.take(bytes) { part in
          session.clientSent(part)
          passed.writeBytes(part)
        }
      }
      guard !startup.isBroken else { return context.close(promise: nil) }
      context.send(answers, certificate: certificate)
      guard passed.readableBytes > 0 else { return }
      if let reading = session.readKeys(on: context.eventLoop) {
        held = ByteBuffer()
        reading.assumeIsolated().whenComplete { [self] _ in release() }
      }
      forward(passed)
    }

    private func forward(_ buffer: ByteBuffer) {
      if held == nil { other?.write(buffer) } else { held?.writeImmutableBuffer(buffer) }
    }

    private func release() {
      guard let held else { return }
      self.held = nil
      other?.write(held)
      other?.context?.flush()
      readOn()
    }

    // MARK: - Pressure

    func read(context: ChannelHandlerContext) {
      guard held == nil, other?.context?.channel.isWritable ?? true else { return isReadPending = true }
      context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
      if context.channel.isWritable { other?.readOn() }
      context.fireChannelWritabilityChanged()
    }

    private func readOn() {
      guard isReadPending, held == nil else { return }
      isReadPending = false
      context?.read()
    }

    // MARK: - The end

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      // One direction is closed, and the other may go on.
      if let event = event as? ChannelEvent, event == .inputClosed { other?.closeOutput() }
      context.fireUserInboundEventTriggered(event)
    }

    private func closeOutput() {
      guard let context else { return }
      context.flush()
      context.close(mode: .output, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      session.close()
      if let there = other?.context {
        there.flush()
        there.close(promise: nil)
      }
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  extension ChannelHandlerContext {
    /// Answers a client's requests for encryption, and encrypts what comes after.
    func send(_ answers: [PostgresStartup.Answer], certificate: NIOSSLContext?) {
      for answer in answers { writeAndFlush(NIOAny(ByteBuffer(integer: answer.rawValue)), promise: nil) }
      guard answers.last == .encrypt, let certificate else { return }
      do {
        try pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate), position: .first)
      } catch {
        close(promise: nil)
      }
    }
  }
#endif
