#if PostgreSQL
  internal import NIOCore

  /// Tells a client why it is not connected, as a server would, and closes.
  final class PostgresRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reason: String
    private var startup = PostgresStartup()

    init(_ reason: String) { self.reason = reason }

    /// Once the client has said who it is: an answer before that is lost where the connection is closed with what it sends.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard !startup.isDone else { return }
      let refused = unwrapInboundIn(data).withUnsafeReadableBytes { startup.take($0) { _ in } }
      for _ in 0..<refused {
        context.write(wrapOutboundOut(ByteBuffer(integer: PostgresStartup.refusal)), promise: nil)
      }
      context.flush()
      if startup.isDone { refuse(context) }
    }

    private func refuse(_ context: ChannelHandlerContext) {
      // Unable to establish the connection.
      let fields = [("S", "FATAL"), ("V", "FATAL"), ("C", "08001"), ("M", reason)]
      var buffer = context.channel.allocator.buffer(capacity: 256)
      buffer.writeInteger(UInt8(ascii: "E"))
      buffer.writeInteger(Int32(fields.reduce(5) { $0 + $1.1.utf8.count + 2 }))
      for (kind, text) in fields {
        buffer.writeString(kind)
        buffer.writeString(text)
        buffer.writeInteger(UInt8(0))
      }
      buffer.writeInteger(UInt8(0))
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
      context.close(promise: nil)
    }
  }
#endif
