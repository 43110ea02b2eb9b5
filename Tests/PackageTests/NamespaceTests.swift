#if os(Linux)
  import Foundation
  import Testing

  /// What the names of a test file are, by its imports.
  @Suite struct NamespaceTests {
    private static let telemetry = [
      "DatabaseInstrumentor", "DatabaseActivation", "DatabaseConfigurationError", "Sampling", "SampledStatement",
      "Redaction", "DatabaseAttributes", "DatabaseAttributeValue",
    ]

    /// A test author's own `Sampling` or `Redaction` is the only one.
    @Test(arguments: telemetry) func aTestHasNoTelemetry(type: String) throws {
      #expect(
        try Compiler.errors(of: "import DatabaseTesting\nlet a: \(type)? = nil").map(Self.message)
          == ["cannot find type '\(type)' in scope"])
    }

    @Test(arguments: [
      "withDatabaseAttributes([:]) {}", "withTemporaryInstrumentation {}",
      "LoaderHooks.withLoad(.lazy, of: \"author.books\", attributes: [:]) {}",
    ])
    func norItsFunctions(call: String) throws {
      #expect(try Compiler.errors(of: "import DatabaseTesting\nfunc a() throws { try \(call) }").count == 1)
      #expect(try Compiler.errors(of: "import DatabaseTelemetry\nfunc a() throws { try \(call) }") == [])
    }

    @Test(arguments: ["DatabaseTelemetry", "HummingbirdInstrumentation"])
    func whoeverImportsItHasAllOfIt(module: String) throws {
      #if !Hummingbird
        if module == "HummingbirdInstrumentation" { return }
      #endif
      let lines = ["import \(module)"] + Self.telemetry.map { "let of\($0): \($0)? = nil" }
      #expect(try Compiler.errors(of: lines.joined(separator: "\n")) == [])
    }

    /// What drivers, ORMs and pools of an app are declared with is a test's as well as an app's.
    @Test(arguments: ["DatabaseTesting", "DatabaseTelemetry", "DatabaseInstrumentation"])
    func hooksAndPoolsAreThere(module: String) throws {
      let source = """
        import \(module)
        let connection: InstrumentedConnection? = nil
        let monitor: PoolMonitor? = nil
        let shape: StatementShape? = nil
        let databases = DatabaseRegistry.shared.databases
        func a() { LoaderHooks.withLoad(.lazy, of: "author.books") {} }
        """
      #expect(try Compiler.errors(of: source) == [])
    }

    private static func message(of error: String) -> String {
      error.components(separatedBy: ": error: ").last ?? error
    }
  }
#endif
