// swift-tools-version: 6.2

// A suite of sixty tests with the faults that suites have, whose record ../pictures photographs. Its tests fail on purpose.

import PackageDescription

let package = Package(
  name: "Pictures",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-database-testing", path: "../..")],
  targets: [
    .systemLibrary(name: "CSQLite", path: "Sources/CSQLite"),
    .target(name: "Bookstore", dependencies: ["CSQLite"]),
    .testTarget(
      name: "BookstoreTests",
      dependencies: ["Bookstore", .product(name: "DatabaseTesting", package: "swift-database-testing")],
      path: "Tests"),
  ]
)
