import DatabaseTelemetry
import Testing

@Suite struct InstrumentorConfigurationTests {
  static let mistakes: [(String, String, @Sendable (inout DatabaseInstrumentor.Configuration) -> Void)] = [
    (
      "sqlTruncationLength",
      "sqlTruncationLength = 15: a text of less than 16 bytes says nothing: set capturesStatementText to false to leave it out.",
      { $0.sqlTruncationLength = 15 }
    ),
    (
      "sampling", "sampling = ratio(1.5): ratio(1.5) is not a share: give a number from 0 to 1.",
      { $0.sampling = .ratio(1.5) }
    ),
    (
      "sampling", "sampling = ratio(nan): ratio(nan) is not a share: give a number from 0 to 1.",
      { $0.sampling = .ratio(.nan) }
    ),
    (
      "sampling", "sampling = (always or not every(0)): every(0) is never: give 1 or more.",
      { $0.sampling = .always.or(.every(0).negated) }
    ),
    (
      "slowStatementThreshold",
      "slowStatementThreshold = -1.0 seconds: a duration is zero or more: set nil to log no statement.",
      { $0.slowStatementThreshold = .seconds(-1) }
    ),
    (
      "redaction", "redaction = columns(\"\"): a column has a name: leave the empty one out.",
      { $0.redaction = .columns(["", "email"]) }
    ),
    (
      "recordsParameters",
      "recordsParameters = true: redaction is .values, which masks every parameter: set redaction to .columns(…) or .none as well.",
      { $0.recordsParameters = true }
    ),
  ]

  @Test(arguments: mistakes.indices) func aBadValueIsNamed(index: Int) throws {
    let (option, message, change) = Self.mistakes[index]
    var configuration = DatabaseInstrumentor.Configuration()
    change(&configuration)
    let error = try #require(throws: DatabaseConfigurationError.self) { try configuration.validate() }
    #expect(error.option == option)
    #expect(error.description == message)
    #expect(throws: DatabaseConfigurationError.self) { try DatabaseInstrumentor(configuration: configuration) }
    #expect(throws: DatabaseConfigurationError.self) { try withTemporaryInstrumentation(configuration) {} }
  }

  @Test func thePresetsAreValid() throws {
    let presets: [DatabaseInstrumentor.Configuration] = [.init(), .development, .staging, .production]
    for preset in presets {
      try preset.validate()
      #expect(preset.redaction == .values)
      #expect(!preset.recordsParameters)
    }
    #expect(!DatabaseInstrumentor.Configuration.production.capturesStatementText)
    #expect(DatabaseInstrumentor.Configuration.development.slowStatementThreshold == .milliseconds(100))
  }

  /// The example of *Privacy*, to the letter but for the instrumentor, which is not that of the process.
  @Test func theExampleOfPrivacyIsAccepted() throws {
    let instrumentor = try DatabaseInstrumentor()
    try instrumentor.configure {
      $0.redaction = .none
      $0.recordsParameters = true
    }
    #expect(instrumentor.configuration.recordsParameters)
  }
}
