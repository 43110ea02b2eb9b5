// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "Bookshop",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [.library(name: "Bookshop", targets: ["Bookshop"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(name: "swift-database-testing", path: "../.."),
  ],
  targets: [
    .target(name: "Bookshop", dependencies: [.product(name: "GRDB", package: "GRDB.swift")]),
    .testTarget(
      name: "BookshopTests",
      dependencies: ["Bookshop", .product(name: "DatabaseTesting", package: "swift-database-testing")]
    ),
  ],
  swiftLanguageModes: [.v6]
)
