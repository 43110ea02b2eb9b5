internal import DatabaseSupport

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#elseif os(Windows)
  internal import ucrt
#endif

/// Tells the sources of packages that were fetched from the app's own, by their paths: what the package manager checked out or
/// downloaded belongs to a library, a package that the app names by its path is the app's.
///
/// ```text
/// /app/.build/checkouts/GRDB.swift/GRDB/Core/Database.swift                         fetched
/// /app/.build/registry/downloads/mona/LinkedList/1.1.1/Sources/LinkedList.swift     fetched
/// /app/Packages/Catalogue/Sources/Catalogue.swift                                   the app's
/// ```
///
/// Any folder may be the one that the package manager works in, and any package, the app included, may stand in a folder that is
/// called `checkouts`. So the folder is looked for where the program was built, and where this package was compiled from; and one that
/// tests of the app are written in holds no libraries.
package struct PackageCheckouts: Sendable {
  /// Folders of fetched packages beside the program: no doubt about them.
  private let certain: Set<String>
  /// Where this package was fetched to, unless it is part of the app.
  private let likely: Set<String>
  /// Folders that look like one and have tests of the app in them.
  private var excluded: Set<String> = []

  private static let checkouts = "/checkouts/"
  private static let downloads = "/registry/downloads/"

  /// - Parameters:
  ///   - program: The path of the running program.
  ///   - ownFolder: The folder of this package.
  init(program: String?, ownFolder: String?) {
    certain = program.flatMap(Self.scratchFolder).map(Self.folders) ?? []
    likely = ownFolder.map { Set(Self.places(in: $0 + "/-").map(\.folder)) } ?? []
  }

  /// Says where a test of the app is written.
  mutating func add(testAt path: String) {
    for place in Self.places(in: path) { excluded.insert(place.folder) }
  }

  /// Whether a source file belongs to a package that was fetched.
  func contain(_ path: String) -> Bool {
    Self.places(in: path).contains { place in
      certain.contains(place.folder)
        || (!excluded.contains(place.folder) && (likely.contains(place.folder) || place.isCustomary))
    }
  }

  /// A folder that a path leads through, in which packages may have been fetched.
  private struct Place {
    var folder: String
    /// Whether it is where the package manager, or Xcode, puts it without being asked.
    var isCustomary: Bool
  }

  /// Whether a path may lead through such a folder: most do not, and it is asked for each recording.
  private static func mayLead(_ path: String) -> Bool {
    path.withCString { strstr($0, checkouts) != nil || strstr($0, downloads) != nil }
  }

  private static func places(in path: String) -> [Place] {
    guard mayLead(path) else { return [] }
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    var places: [Place] = []
    for (index, component) in components.enumerated() {
      // Of a checkout its name and a file follow; of a download its scope, name, version and a file.
      let isCheckouts = component == "checkouts" && index + 2 < components.count
      let isDownloads =
        component == "downloads" && index > 0 && components[index - 1] == "registry" && index + 4 < components.count
      let parent = index - (isDownloads ? 2 : 1)
      guard isCheckouts || isDownloads, parent >= 0 else { continue }
      places.append(
        Place(
          folder: components[...index].joined(separator: "/"),
          isCustomary: components[parent].hasPrefix(".build") || components[parent] == "SourcePackages"))
    }
    return places
  }

  private static func folders(of scratch: String) -> Set<String> {
    [scratch + checkouts.dropLast(), scratch + downloads.dropLast()]
  }

  /// The folder that a program was built in: `<scratch>/<triple>/<configuration>/<program>`, or `<scratch>/out/Products/…`.
  private static func scratchFolder(of program: String) -> String? {
    let components = program.split(separator: "/", omittingEmptySubsequences: false)
    if let out = components.lastIndex(of: "out"), out + 1 < components.count, components[out + 1] == "Products" {
      return components[..<out].joined(separator: "/")
    }
    // Of a bundle the program is inside.
    let bundle = components.lastIndex { $0.hasSuffix(".xctest") } ?? components.count - 1
    return bundle > 3 ? components[..<(bundle - 2)].joined(separator: "/") : nil
  }

  private static let known = Locked(PackageCheckouts(program: programPath, ownFolder: ownFolder()))

  /// Whether a source file of this process belongs to a package that was fetched.
  package static func contain(_ path: String) -> Bool {
    guard mayLead(path) else { return false }
    return known.withLock { $0.contain(path) }
  }

  /// Says where a test of this process is written: whatever else is there is the app's.
  package static func add(testAt path: String) {
    guard mayLead(path) else { return }
    known.withLock { $0.add(testAt: path) }
  }

  private static var programPath: String? {
    #if ELF
      LoadedImage.all().first(where: \.isProgram)?.path
    #else
      nil
    #endif
  }

  /// This file is `Sources/DatabaseCallSites/PackageCheckouts.swift` in it.
  private static func ownFolder(_ file: String = #filePath) -> String? {
    let components = file.split(separator: "/", omittingEmptySubsequences: false)
    return components.count > 3 ? components.dropLast(3).joined(separator: "/") : nil
  }
}
