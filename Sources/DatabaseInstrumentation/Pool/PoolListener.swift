/// Somebody who is told what a pool does, and who may use the pool for that.
final class PoolListener: Sendable {
  /// Those that are being told in the current task.
  @TaskLocal private static var told: [ObjectIdentifier] = []

  private let listener: @Sendable (PoolEvent) -> Void

  init(_ listener: @escaping @Sendable (PoolEvent) -> Void) { self.listener = listener }

  /// Tells it of an event, unless that is of its own making.
  func tell(_ event: PoolEvent) {
    let told = Self.told
    let id = ObjectIdentifier(self)
    if told.contains(id) { return }
    Self.$told.withValue(told + [id]) { listener(event) }
  }
}
