// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that nobody who uses the root resolves what only its benchmarks need.
let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-database-testing", path: "../.."),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // Without traits: its interposers of malloc and of the Swift runtime would be part of what is measured.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "DatabaseBenchmarks",
      dependencies: [
        "CMemory",
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "DatabaseInstrumentation", package: "swift-database-testing"),
        .product(name: "DatabaseRecording", package: "swift-database-testing"),
        .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "SQLiteInstrumentation", package: "swift-database-testing"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      path: "DatabaseBenchmarks",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      ],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
    ),
    .target(name: "CMemory", path: "CMemory", linkerSettings: [.linkedLibrary("sqlite3")]),
  ],
  swiftLanguageModes: [.v6]
)
