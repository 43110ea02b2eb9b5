// swift-tools-version: 6.2

import PackageDescription

// A client that behaves as Fluent does, on SwiftNIO's event loops and swift-log: `./Tests/run --event-loops`. In a package of its own,
// because what has no task belongs to the recording that runs alone in its process, and because the toolkit needs no SwiftNIO.
let package = Package(
  name: "event-loops",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-database-testing", path: "../.."),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.81.0"),
  ],
  targets: [
    .testTarget(
      name: "EventLoopTests",
      dependencies: [
        .product(name: "DatabaseTelemetry", package: "swift-database-testing"),
        .product(name: "DatabaseTesting", package: "swift-database-testing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      path: "Tests")
  ],
  swiftLanguageModes: [.v6]
)
