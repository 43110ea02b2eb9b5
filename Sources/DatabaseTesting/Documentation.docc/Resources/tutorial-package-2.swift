// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "App",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/OWNER/swift-database-testing", from: "0.1.0"),
  ],
  targets: [
    .target(name: "App", dependencies: [.product(name: "GRDB", package: "GRDB.swift")]),
    .testTarget(
      name: "AppTests",
      dependencies: ["App", .product(name: "DatabaseTesting", package: "swift-database-testing")]),
  ])
