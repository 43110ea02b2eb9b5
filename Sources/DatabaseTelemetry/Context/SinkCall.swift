/// A call of this package into a tracer, a metrics factory or a logger.
///
/// Such a sink may use a database as well. What it does there, in the call or in a task that it begins, is neither traced, measured nor
/// logged: it would be told to the sink, which would do it again. Recordings see it.
package enum SinkCall {
  @TaskLocal private static var isRunning = false

  /// Whether what runs now was caused by such a call.
  static var isCurrent: Bool { isRunning }

  /// Makes calls into sinks.
  package static func perform<R>(_ body: () throws -> R) rethrows -> R {
    try $isRunning.withValue(true, operation: body)
  }
}
