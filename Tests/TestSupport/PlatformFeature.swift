internal import Foundation
package import Testing

/// What some tests are about, and what the portable build (`./Tests/run --portable`) lacks as Apple platforms do.
package enum PlatformFeature {
  /// The application's calls of SQLite come through the package, which shares its hooks with it, and SQLite reports each connection.
  case interposition
  /// Who awaits, and who created a task, is followed.
  case chains
  /// Functions of the program have names, files and lines, also those that are private.
  case lines
  /// SQLite tells each row that is changed.
  case rowChanges

  package var isThere: Bool {
    #if ELF
      true
    #else
      self == .rowChanges && ProcessInfo.processInfo.environment["DATABASE_TESTING_PORTABLE_PREUPDATE"] == "1"
    #endif
  }

  var reason: Comment {
    switch self {
    case .interposition: "the application's calls of SQLite do not come through the package on this platform"
    case .chains: "who awaits is not followed on this platform"
    case .lines: "call sites have no lines on this platform"
    case .rowChanges: "SQLite does not tell each row that is changed here"
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Leaves a test out, with the reason, where the platform lacks what it is about.
  package static func needs(_ feature: PlatformFeature) -> Self { .enabled(if: feature.isThere, feature.reason) }
}
