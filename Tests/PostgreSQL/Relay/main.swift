import DatabaseTesting
import Foundation
import NIOCore
import NIOPosix
import PostgresInstrumentation

// Relay plain|recorded HOST PORT: a way to a PostgreSQL server that reads nothing, and the endpoint while it records. Prints its port, and
// ends with its input.
let arguments = CommandLine.arguments
guard arguments.count == 4, let port = Int(arguments[3]), ["plain", "recorded"].contains(arguments[1]) else {
  fatalError("usage: Relay plain|recorded HOST PORT")
}

/// At once: a file is written to in blocks.
func tell(_ port: Int) {
  print(port)
  fflush(nil)
}

/// Hands everything on.
final class Plain: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  let other: any Channel

  init(_ other: any Channel) { self.other = other }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { other.write(unwrapInboundIn(data), promise: nil) }
  func channelReadComplete(context: ChannelHandlerContext) { other.flush() }
  func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
}

switch arguments[1] {
case "plain":
  let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
    .childChannelInitializer { client in
      ClientBootstrap(group: client.eventLoop)
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .channelInitializer { server in
          server.eventLoop.makeCompletedFuture {
            try client.pipeline.syncOperations.addHandler(Plain(server))
            try server.pipeline.syncOperations.addHandler(Plain(client))
          }
        }
        .connect(host: arguments[2], port: port).map { _ in }
    }
    .bind(host: "127.0.0.1", port: 0).get()
  tell(listener.localAddress?.port ?? 0)
  while readLine() != nil {}
default:
  _ = try await recordDatabase {
    let endpoint = try await PostgresEndpoint.start(to: .host(arguments[2], port: port))
    tell(endpoint.port)
    while readLine() != nil {}
    await endpoint.close()
  }
}
