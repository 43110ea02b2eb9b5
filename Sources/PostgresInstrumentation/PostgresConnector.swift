#if PostgreSQL
  internal import NIOCore
  internal import NIOPosix
  internal import NIOSSL
  internal import NIOTLS

  /// Opens connections to a server, for clients and for the endpoint itself.
  struct PostgresConnector: Sendable {
    let server: PostgresServer
    private let context: NIOSSLContext?

    /// - Throws: What is wrong with the certificates that are to be trusted.
    init(_ server: PostgresServer) throws {
      self.server = server
      context = try server.encryption.context()
    }

    var isEncrypted: Bool { context != nil }

    /// A connection on which nothing was said yet, encrypted where it is to be.
    func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
      let bootstrap = ClientBootstrap(group: loop).channelOption(.allowRemoteHalfClosure, value: true)
      switch server.address {
      case .unixSocket(let path): return bootstrap.connect(unixDomainSocketPath: path)
      case .host(let host, let port):
        let connecting = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
        guard let context else { return connecting }
        return connecting.flatMap { channel in
          let isEncrypted = channel.eventLoop.makePromise(of: Void.self)
          do {
            try channel.pipeline.syncOperations.addHandler(PostgresHandshake(context, host: host, isEncrypted))
          } catch {
            isEncrypted.fail(error)
          }
          isEncrypted.futureResult.whenFailure { _ in channel.close(promise: nil) }
          return isEncrypted.futureResult.map { channel }
        }
      }
    }
  }

  /// Asks a server for encryption, and removes itself once all that is sent is encrypted.
  private final class PostgresHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Refused: Error, CustomStringConvertible {
      var description: String
    }

    private let context: NIOSSLContext
    private let host: String
    private let promise: EventLoopPromise<Void>
    private var isAnswered = false

    init(_ context: NIOSSLContext, host: String, _ promise: EventLoopPromise<Void>) {
      self.context = context
      self.host = host
      self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
      var request = ByteBuffer()
      request.writeInteger(Int32(8))
      request.writeInteger(PostgresStartup.requestForTLS)
      context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let answer = unwrapInboundIn(data)
      // What stands behind an `S` was sent without encryption, by somebody on the way.
      guard !isAnswered, answer.readableBytes == 1, answer.readableBytesView.first == UInt8(ascii: "S") else {
        return fail(Refused(description: "it does not offer encryption"))
      }
      isAnswered = true
      do {
        // A certificate for an address is compared with the address that is connected to.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let handler = try NIOSSLClientHandler(context: self.context, serverHostname: isAddress ? nil : host)
        try context.pipeline.syncOperations.addHandler(handler, position: .first)
      } catch {
        fail(error)
      }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .handshakeCompleted? = event as? TLSUserEvent {
        promise.succeed(())
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
      }
      context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
      fail(Refused(description: "it closed the connection instead of encrypting it"))
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    private func fail(_ error: any Error) { promise.fail(error) }
  }
#endif
