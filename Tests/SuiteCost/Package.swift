// swift-tools-version: 6.2

import PackageDescription

// Suites of an app on GRDB as they are, and with the toolkit switched on for all of them: `./Tests/run --suite-cost`
// compares what they take. The suites are written by `generate`.
let hasToolkit = Context.environment["SUITE_COST_TOOLKIT"] == "1"
let settings: [SwiftSetting] = hasToolkit ? [.define("TOOLKIT")] : []

let package = Package(
  name: "suite-cost",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")
  ],
  targets: [
    .target(name: "Shop", dependencies: [.product(name: "GRDB", package: "GRDB.swift")], path: "Shop"),
    .testTarget(
      name: "ShopTests", dependencies: ["Shop", .product(name: "GRDB", package: "GRDB.swift")], path: "Generated",
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

if hasToolkit {
  let isOptimized = Context.environment["SUITE_COST_OPTIMIZED"] == "1"
  package.dependencies.append(
    .package(
      name: "swift-database-testing", path: "../..", traits: isOptimized ? [.defaults, "Optimized"] : [.defaults]))
  package.targets[1].dependencies.append(.product(name: "DatabaseTesting", package: "swift-database-testing"))
}
