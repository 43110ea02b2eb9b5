#if PostgreSQL
  internal import DatabaseSupport
  internal import NIOCore

  /// The connections of clients that are open.
  final class PostgresClients: Sendable {
    private let open = Locked<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
      open.withLock { $0[ObjectIdentifier(channel)] = channel }
      channel.closeFuture.whenComplete { [self] _ in open.withLock { $0[ObjectIdentifier(channel)] = nil } }
    }

    /// Closes all, and waits until they are.
    func close() async {
      for channel in open.withLock({ Array($0.values) }) {
        channel.close(promise: nil)
        try? await channel.closeFuture.get()
      }
    }
  }
#endif
