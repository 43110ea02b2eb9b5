// swift-tools-version: 6.2

import PackageDescription

// The endpoint before a real server, with libpq, psql and pgbench: `./Tests/run --postgresql`. A package of its own, so that nobody
// else needs libpq.
let package = Package(
  name: "postgresql-tests",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-database-testing", path: "../..", traits: ["PostgreSQL"]),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPostgres", path: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .testTarget(
      name: "PostgreSQLTests",
      dependencies: [
        "CPostgres", .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "PostgresInstrumentation", package: "swift-database-testing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      path: "Tests"),
    .executableTarget(
      name: "Relay",
      dependencies: [
        .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "PostgresInstrumentation", package: "swift-database-testing"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Relay"),
  ],
  swiftLanguageModes: [.v6]
)
