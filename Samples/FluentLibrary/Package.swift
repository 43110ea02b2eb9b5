// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "FluentLibrary",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
    .package(url: "https://github.com/vapor/fluent-kit", from: "1.56.0"),
    .package(url: "https://github.com/vapor/fluent-postgres-driver", from: "2.12.0"),
    .package(name: "swift-database-testing", path: "../..", traits: ["PostgreSQL"]),
  ],
  targets: [
    .target(
      name: "FluentLibrary",
      dependencies: [
        .product(name: "FluentKit", package: "fluent-kit"),
        .product(name: "FluentPostgresDriver", package: "fluent-postgres-driver"),
      ]
    ),
    .testTarget(
      name: "FluentLibraryTests",
      dependencies: [
        "FluentLibrary",
        .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "FluentSQL", package: "fluent-kit"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "PostgresInstrumentation", package: "swift-database-testing"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
