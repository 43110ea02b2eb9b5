// swift-tools-version: 6.2

import PackageDescription

// Whether everything is compiled as where there is no ELF, as on Apple platforms: nothing is interposed, SQLite has no automatic extensions,
// symbols come from `dladdr`. `./Tests/run --portable` runs the suite like that.
let isPortable = Context.environment["DATABASE_TESTING_PORTABLE"] == "1"

// `ELF` in Swift is what `DCS_ELF` is in C (`CCallStacksPlatform.h`).
let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
  + (isPortable
    ? [.unsafeFlags(["-Xcc", "-DDATABASE_TESTING_PORTABLE=1"])] : [.define("ELF", .when(platforms: [.linux]))])

// What is written in C checks its own rules while this repository's tests run (`CCallStacksAssertions.h`). A user's suite is a debug
// build as well, and must not end because of us, so that they are off unless the environment asks for them, as Tests/run does.
let assertions: [CSetting] =
  Context.environment["DATABASE_TESTING_ASSERTIONS"] == "1"
  ? [.define("DATABASE_TESTING_ASSERTIONS", to: "1", .when(configuration: .debug))] : []
let settingsOfC: [CSetting] = assertions + (isPortable ? [.define("DATABASE_TESTING_PORTABLE", to: "1")] : [])

// Suites are run in debug builds. What is written in C runs with each statement of theirs and is always optimised, which takes no
// time to build; what is written in Swift is optimised on request, which does. Xcode takes no package with such flags: they are left
// out where a Mac reads the manifest.
#if os(Linux)
  let optimizedC: [CSetting] = [.unsafeFlags(["-O2"])] + settingsOfC
  let optimized: [SwiftSetting] =
    settings + [.unsafeFlags(["-O"], .when(configuration: .debug, traits: ["Optimized"]))]
#else
  let (optimizedC, optimized) = (settingsOfC, settings)
#endif

let package = Package(
  name: "swift-database-testing",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "DatabaseTesting", targets: ["DatabaseTesting"]),
    .library(name: "DatabaseRecording", targets: ["DatabaseRecording"]),
    .library(name: "DatabaseInstrumentation", targets: ["DatabaseInstrumentation"]),
    .library(name: "DatabaseTelemetry", targets: ["DatabaseTelemetry"]),
    .library(name: "GRDBInstrumentation", targets: ["GRDBInstrumentation"]),
    .library(name: "HummingbirdInstrumentation", targets: ["HummingbirdInstrumentation"]),
    .library(name: "PostgresInstrumentation", targets: ["PostgresInstrumentation"]),
    .library(name: "SQLiteInstrumentation", targets: ["SQLiteInstrumentation"]),
    .executable(name: "database-report", targets: ["database-report"]),
    .plugin(name: "DatabaseReportPlugin", targets: ["DatabaseReportPlugin"]),
  ],
  traits: [
    .trait(name: "SQLite", description: "Records every SQLite connection of the test process by itself."),
    .trait(name: "GRDB", description: "Configurations, traces and pools of GRDB."),
    .trait(name: "PostgreSQL", description: "An endpoint in front of a PostgreSQL server that records what passes."),
    .trait(name: "Hummingbird", description: "A middleware and a service for servers on Hummingbird."),
    .trait(
      name: "Optimized",
      description: "Optimises the toolkit in debug builds on Linux, for suites of thousands of tests."),
    .default(enabledTraits: ["SQLite"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.34.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "CCallStacks", cSettings: optimizedC),
    .target(name: "CStatementLog", dependencies: ["CCallStacks"], cSettings: optimizedC),
    .target(
      name: "CSQLiteHooks", dependencies: ["CCallStacks", "CStatementLog"], cSettings: optimizedC,
      linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "CSQLiteInstallAtLoad", dependencies: ["CSQLiteHooks"]),
    .target(name: "CStatementObserver"),
    .target(name: "CTelemetryAtLoad", dependencies: ["CStatementObserver"]),
    .target(name: "CTestObserverAtLoad"),
    .target(name: "DatabaseSupport", swiftSettings: optimized),
    .target(name: "DatabaseSQL", dependencies: ["DatabaseSupport"], swiftSettings: optimized),
    .target(name: "DatabaseRunRecords", dependencies: ["DatabaseSupport"], swiftSettings: settings),
    .target(name: "DatabaseCallSites", dependencies: ["CCallStacks", "DatabaseSupport"], swiftSettings: optimized),
    .target(
      name: "DatabaseInstrumentation",
      dependencies: [
        "CCallStacks", "CStatementLog", "CStatementObserver", "DatabaseCallSites", "DatabaseSQL", "DatabaseSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: optimized
    ),
    .target(
      name: "DatabaseTelemetry",
      dependencies: [
        "CTelemetryAtLoad", "DatabaseInstrumentation", "DatabaseSupport",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: optimized
    ),
    .target(
      name: "SQLiteInstrumentation",
      dependencies: ["CSQLiteHooks", "CStatementLog", "DatabaseInstrumentation", "DatabaseSupport"],
      swiftSettings: optimized
    ),
    .target(
      name: "DatabaseRecording",
      dependencies: [
        "CStatementLog", "DatabaseInstrumentation", "DatabaseRunRecords", "DatabaseSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: optimized
    ),
    .target(
      name: "DatabaseTesting",
      dependencies: [
        "CTestObserverAtLoad", "DatabaseRecording", "DatabaseRunRecords", "DatabaseSupport",
        .target(name: "SQLiteInstrumentation", condition: .when(traits: ["SQLite"])),
        .target(name: "CSQLiteInstallAtLoad", condition: .when(traits: ["SQLite"])),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "GRDBInstrumentation",
      dependencies: [
        "DatabaseInstrumentation",
        "DatabaseSupport",
        "SQLiteInstrumentation",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "PostgresInstrumentation",
      dependencies: [
        "DatabaseInstrumentation", "DatabaseSQL", "DatabaseSupport",
        .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["PostgreSQL"])),
        .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["PostgreSQL"])),
        .product(name: "NIOTLS", package: "swift-nio", condition: .when(traits: ["PostgreSQL"])),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["PostgreSQL"])),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HummingbirdInstrumentation",
      dependencies: [
        "DatabaseRecording",
        "DatabaseTelemetry",
        .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: .when(traits: ["Hummingbird"])),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "DatabaseReporting", dependencies: ["DatabaseRunRecords", "DatabaseSupport"], swiftSettings: settings),
    .executableTarget(
      name: "database-report",
      dependencies: [
        "DatabaseReporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings
    ),
    .plugin(
      name: "DatabaseReportPlugin",
      capability: .command(
        intent: .custom(verb: "database-report", description: "Shows, merges and compares the records of test runs.")),
      dependencies: ["database-report"],
      path: "Sources/DatabaseReportPlugin"
    ),

    .testTarget(name: "DatabaseSupportTests", dependencies: ["DatabaseSupport"], swiftSettings: settings),
    .testTarget(
      name: "DatabaseSQLTests", dependencies: ["DatabaseSQL", "DatabaseInstrumentation", "CCallStacks", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DatabaseCallSitesTests",
      dependencies: ["DatabaseCallSites", "DatabaseInstrumentation", "CCallStacks", "TestSupport"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseInstrumentationTests",
      dependencies: [
        "DatabaseInstrumentation", "DatabaseSupport", "CCallStacks", "CStatementLog", "TestSupport",
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseTelemetryTests",
      dependencies: [
        "DatabaseTelemetry", "DatabaseSupport", "DatabaseTesting", "SQLiteInstrumentation", "CSQLiteForTests",
        "TestSupport",
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseRecordingTests",
      dependencies: [
        "CStatementLog", "DatabaseRecording", "TestSupport",
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseReportingTests",
      dependencies: [
        "DatabaseReporting", "DatabaseRecording", "DatabaseRunRecords", "DatabaseTesting", "TestSupport",
        "CSQLiteForTests", "database-report",
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SQLiteInstrumentationTests",
      dependencies: [
        "SQLiteInstrumentation", "CCallStacks", "CSQLiteHooks", "CStatementLog", "DatabaseSupport", "DatabaseTesting",
        "TestSupport", "CSQLiteForTests",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "GRDBInstrumentationTests",
      dependencies: [
        "GRDBInstrumentation", "DatabaseTesting", "TestSupport", "CSQLiteForTests",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PostgresInstrumentationTests", dependencies: ["PostgresInstrumentation", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "HummingbirdInstrumentationTests",
      dependencies: [
        "HummingbirdInstrumentation", "SQLiteInstrumentation", "DatabaseTesting", "TestSupport",
        .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: .when(traits: ["Hummingbird"])),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DatabaseTestingTests",
      dependencies: [
        "DatabaseTesting",
        "TestSupport",
        "ConfigurationProbe",
        "DatabaseTelemetry",
        "TransparencyProbe",
        "UpdateHookProbe",
        "ObserverProbe",
        "CSQLiteForTests",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PrivacyTests",
      dependencies: [
        "DatabaseReporting", "DatabaseTelemetry", "DatabaseTesting", "SQLiteInstrumentation", "TestSupport",
        "CSQLiteForTests",
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PackageTests",
      dependencies: [
        "DatabaseTelemetry", "DatabaseTesting", "GRDBInstrumentation", "HummingbirdInstrumentation",
        "PostgresInstrumentation",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
        .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Hummingbird"])),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
      ],
      exclude: ["Context"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "ConfigurationProbe",
      dependencies: [
        "CCallStacks",
        "DatabaseTesting",
        "TestSupport",
        "CSQLiteForTests",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
      ],
      path: "Tests/ConfigurationProbe",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "ObserverProbe", dependencies: ["DatabaseTesting", "TestSupport"], path: "Tests/ObserverProbe",
      swiftSettings: settings),
    .executableTarget(
      name: "EnduranceProbe",
      dependencies: [
        "DatabaseRecording", "DatabaseRunRecords", "DatabaseSupport", "DatabaseTesting", "TestSupport",
        "CSQLiteForTests",
      ],
      path: "Tests/EnduranceProbe", swiftSettings: settings),
    .executableTarget(
      name: "StaticProbe",
      dependencies: ["DatabaseInstrumentation", "DatabaseTelemetry", "SQLiteInstrumentation", "CSQLiteForTests"],
      path: "Tests/StaticProbe",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "SQLiteProbe",
      dependencies: ["CStatementLog", "DatabaseRecording", "SQLiteInstrumentation", "TestSupport", "CSQLiteForTests"],
      path: "Tests/SQLiteProbe",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "TransparencyProbe",
      dependencies: ["DatabaseTesting", "CSQLiteHooks", "CSQLiteForTests"],
      path: "Tests/TransparencyProbe",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "UpdateHookProbe",
      dependencies: [
        "DatabaseTesting", "SQLiteInstrumentation", "GRDBInstrumentation", "CSQLiteHooks", "CSQLiteForTests",
        "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
      ],
      path: "Tests/UpdateHookProbe",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "InstructionProbe",
      dependencies: [
        "CCallStacks", "CSQLiteForTests", "CSQLiteHooks", "DatabaseTesting", "DatabaseRecording",
        "DatabaseInstrumentation", "DatabaseTelemetry", "SQLiteInstrumentation",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["GRDB"])),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      path: "Tests/InstructionProbe",
      exclude: ["limits.txt"],
      swiftSettings: settings
    ),
    .target(
      name: "TestSupport",
      dependencies: [
        "CCallStacks", "CSQLiteForTests", "DatabaseInstrumentation", .product(name: "Logging", package: "swift-log"),
      ] + (isPortable ? ["CInstrumentsAtOpen"] : []),
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    .systemLibrary(name: "CSQLiteForTests", path: "Tests/CSQLiteForTests", providers: [.apt(["libsqlite3-dev"])]),
  ],
  swiftLanguageModes: [.v6]
)

// Where nothing instruments connections by itself, an app does: with this the tests' connections are instrumented as they are opened.
if isPortable {
  package.targets.append(
    .target(
      name: "CInstrumentsAtOpen", dependencies: ["CSQLiteHooks"], path: "Tests/CInstrumentsAtOpen",
      cSettings: settingsOfC + [.headerSearchPath("../../Sources/CSQLiteHooks")]))
}

// libFuzzer has the `main` of this one, so that it links with `--sanitize fuzzer` alone: `./Tests/run --fuzz SECONDS`.
if Context.environment["DATABASE_TESTING_FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "DatabaseFuzz",
      dependencies: [
        "DatabaseInstrumentation", "DatabaseRecording", "DatabaseReporting", "DatabaseTesting",
        "PostgresInstrumentation",
      ],
      path: "Tests/Fuzz",
      swiftSettings: settings
    ))
}
