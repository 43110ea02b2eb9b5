package import DatabaseRunRecords
internal import Foundation

/// The tests of a run as traces in OTLP/JSON, one line each, as OpenTelemetry's file exporter writes them and its file
/// receiver reads them.
///
/// A test is a trace: one span for the test, inside of it its transactions, statements, recorded spans and leases. Attributes
/// follow OpenTelemetry's conventions for databases. Identifiers are made from the record, so that an export of the same
/// record is the same to the byte.
///
/// See [OTLP file exporter](https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/).
package struct OTLPTrace: Sendable {
  /// Whose attributes they are.
  private static let schema = "https://opentelemetry.io/schemas/1.37.0"

  /// Who sends: `service.name` of the resource; `nil` for what each test is a test of.
  private let service: String?
  private var count: UInt64 = 0

  package init(service: String? = nil) {
    self.service = service
  }

  /// - Parameters:
  ///   - test: A test of the record.
  ///   - header: That of its file.
  /// - Returns: One line, without a line feed.
  package mutating func line(_ test: RunRecord.Test, header: RunRecord.Header) throws -> String {
    count += 1
    var builder = TraceBuilder(test, header: header, number: count)
    builder.build()
    let data = TracesData(resourceSpans: [
      ResourceSpans(
        resource: Resource(attributes: [
          Attribute("service.name", .string(service ?? Self.subject(of: test.module))),
          Attribute("process.pid", .int(Int64(header.process))),
        ]),
        scopeSpans: [
          ScopeSpans(scope: Scope(name: "swift-database-testing"), spans: builder.spans, schemaUrl: Self.schema)
        ], schemaUrl: Self.schema)
    ])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(data), as: UTF8.self)
  }

  /// What a module of tests is about, by its name: `Bookshop` of `BookshopTests`.
  package static func subject(of module: String) -> String {
    module.hasSuffix("Tests") && module.count > 5 ? String(module.dropLast(5)) : module
  }
}

struct TracesData: Encodable {
  var resourceSpans: [ResourceSpans]
}

struct ResourceSpans: Encodable {
  var resource: Resource
  var scopeSpans: [ScopeSpans]
  var schemaUrl: String
}

struct Resource: Encodable {
  var attributes: [Attribute]
}

struct ScopeSpans: Encodable {
  var scope: Scope
  var spans: [OTLPSpan]
  var schemaUrl: String
}

struct Scope: Encodable {
  var name: String
}

/// A span of the protocol: enumerations are numbers, and numbers of 64 bits are strings.
struct OTLPSpan: Encodable {
  enum Kind: Int, Encodable {
    case `internal` = 1
    case server = 2
    case client = 3
    case producer = 4
    case consumer = 5
  }

  struct Status: Encodable {
    var code: Int
    var message: String?
  }

  struct Event: Encodable {
    var timeUnixNano: String
    var name: String
    var attributes: [Attribute]
  }

  var traceId: String
  var spanId: String
  var parentSpanId: String?
  var name: String
  var kind: Kind
  var startTimeUnixNano: String
  var endTimeUnixNano: String
  var attributes: [Attribute] = []
  var events: [Event]?
  var status: Status?
}

struct Attribute: Encodable, Equatable {
  enum Value: Encodable, Equatable {
    case string(String)
    case int(Int64)
    case bool(Bool)

    private enum CodingKeys: CodingKey {
      case stringValue, intValue, boolValue
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .string(let text): try container.encode(text, forKey: .stringValue)
      case .int(let number): try container.encode(String(number), forKey: .intValue)
      case .bool(let flag): try container.encode(flag, forKey: .boolValue)
      }
    }
  }

  var key: String
  var value: Value

  init(_ key: String, _ value: Value) {
    self.key = key
    self.value = value
  }
}
