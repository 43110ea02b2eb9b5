#if PostgreSQL
  internal import NIOCore

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
    private var context: ChannelHandlerContext?
    private weak var other: PostgresRelay?
    private var isReadPending = false
    private var startup = PostgresStartup()

    private init(_ side: Side, _ session: PostgresSession) {
      self.side = side
      self.session = session
    }

    static func pair(_ session: PostgresSession) -> (client: PostgresRelay, server: PostgresRelay) {
      let (client, server) = (PostgresRelay(.client, session), PostgresRelay(.server, session))
      client.other = server
      server.other = client
      return (client, server)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      switch side {
      case .server:
        buffer.withUnsafeReadableBytes { session.serverSent($0) }
        other?.write(buffer)
      case .client:
        guard !startup.isDone else {
          buffer.withUnsafeReadableBytes { session.clientSent($0) }
          other?.write(buffer)
          return
        }
        var passed = context.channel.allocator.buffer(capacity: buffer.readableBytes)
        let refused = buffer.withUnsafeReadableBytes { bytes in
          startup.take(bytes) { part in
            session.clientSent(part)
            passed.writeBytes(part)
          }
        }
        for _ in 0..<refused {
          context.writeAndFlush(wrapOutboundOut(ByteBuffer(integer: PostgresStartup.refusal)), promise: nil)
        }
        if passed.readableBytes > 0 { other?.write(passed) }
      }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
      other?.context?.flush()
      context.fireChannelReadComplete()
    }

    private func write(_ buffer: ByteBuffer) {
      context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: - Pressure

    func read(context: ChannelHandlerContext) {
      guard other?.context?.channel.isWritable ?? true else { return isReadPending = true }
      context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
      if context.channel.isWritable { other?.readOn() }
      context.fireChannelWritabilityChanged()
    }

    private func readOn() {
      guard isReadPending else { return }
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
#endif
