// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "TodoServer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(name: "swift-database-testing", path: "../..", traits: ["SQLite", "Hummingbird"]),
  ],
  targets: [
    .target(
      name: "TodoServer",
      dependencies: [
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdInstrumentation", package: "swift-database-testing"),
        .product(name: "SQLiteInstrumentation", package: "swift-database-testing"),
      ]
    ),
    .executableTarget(
      name: "todo-server", dependencies: ["TodoServer", .product(name: "Hummingbird", package: "hummingbird")]),
    .testTarget(
      name: "TodoServerTests",
      dependencies: [
        "TodoServer",
        .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
