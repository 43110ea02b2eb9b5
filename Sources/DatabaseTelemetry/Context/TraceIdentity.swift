internal import DatabaseSupport
internal import Tracing

/// What tells one trace from another, so that sampling keeps a trace whole.
///
/// A tracer's own identity is read from what it would send to another process; every tracer can do that. Where there is no
/// tracer, or it sends nothing that is known, the scope that began the trace in this package leaves a number of its own.
enum TraceIdentity {
  /// A number that is the same for all statements of one trace; `nil` where no trace was begun.
  static func of(_ context: ServiceContext, instrument: any Instrument) -> UInt64? {
    if let number = context[TraceNumberKey.self] { return number }
    var headers: [String: String] = [:]
    SinkCall.perform { instrument.inject(context, into: &headers, using: HeaderInjector()) }
    for (name, value) in headers {
      guard var id = identity(name: name.lowercased(), value: value) else { continue }
      return id.withUTF8 { Fingerprint.of($0) }
    }
    return nil
  }

  /// The part of a header that names the trace; W3C's, B3's, Datadog's, and that of the in-memory tracer.
  private static func identity(name: String, value: String) -> String? {
    switch name {
    case "traceparent":
      let parts = value.split(separator: "-")
      return parts.count >= 2 ? String(parts[1]) : nil
    case "b3":
      return value.split(separator: "-").first.map(String.init)
    case "x-b3-traceid", "x-datadog-trace-id", "in-memory-trace-id", "x-amzn-trace-id", "trace-id":
      return value
    default:
      return nil
    }
  }

  /// The context with a number for the trace, unless a tracer or a scope around this one began it.
  static func marking(_ context: ServiceContext, instrument: any Instrument) -> ServiceContext {
    guard of(context, instrument: instrument) == nil else { return context }
    var context = context
    context[TraceNumberKey.self] = UInt64.random(in: 1...UInt64.max)
    return context
  }

  private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key] = value
    }
  }

  private enum TraceNumberKey: ServiceContextKey {
    typealias Value = UInt64
  }
}
