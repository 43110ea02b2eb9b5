// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "Ledger",
  platforms: [.macOS(.v15), .iOS(.v18)],
  dependencies: [.package(name: "swift-database-testing", path: "../..")],
  targets: [
    .systemLibrary(name: "CSQLite"),
    .target(name: "Ledger", dependencies: ["CSQLite"]),
    .testTarget(
      name: "LedgerTests",
      dependencies: ["Ledger", .product(name: "DatabaseTesting", package: "swift-database-testing")]
    ),
  ],
  swiftLanguageModes: [.v6]
)
