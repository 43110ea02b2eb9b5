#if PostgreSQL
  internal import NIOCore
  internal import NIOSSL

  /// Tells a client why it is not connected, as a server would, and closes.
  final class PostgresRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reason: String
    private let certificate: NIOSSLContext?
    private var startup: PostgresStartup

    init(_ reason: String, certificate: NIOSSLContext?) {
      self.reason = reason
      self.certificate = certificate
      startup = PostgresStartup(offersTLS: certificate != nil)
    }

    /// Once the client has said who it is: an answer before that is lost where the connection is closed with what it sends.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard !startup.isDone else { return }
      context.send(
        unwrapInboundIn(data).withUnsafeReadableBytes { startup.take($0) { _ in } }, certificate: certificate)
      guard startup.isDone else { return }
      // Unable to establish the connection.
      context.writeAndFlush(wrapOutboundOut(Self.message(reason, code: "08001")), promise: nil)
      context.close(promise: nil)
    }

    /// An error of which the connection dies.
    static func message(_ reason: String, code: String) -> ByteBuffer {
      let fields = [("S", "FATAL"), ("V", "FATAL"), ("C", code), ("M", reason)]
      var buffer = ByteBuffer()
      buffer.writeInteger(UInt8(ascii: "E"))
      buffer.writeInteger(Int32(fields.reduce(5) { $0 + $1.1.utf8.count + 2 }))
      for (kind, text) in fields {
        buffer.writeString(kind)
        buffer.writeString(text)
        buffer.writeInteger(UInt8(0))
      }
      buffer.writeInteger(UInt8(0))
      return buffer
    }
  }
#endif
