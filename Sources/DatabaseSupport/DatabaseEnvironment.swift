#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The switches that the environment has.
package enum DatabaseEnvironment {
  /// `DATABASE_INSTRUMENTATION_ENABLED=0` switches everything off. SQLite's hooks are installed before Swift runs, and read it by
  /// `dbh_switches_off()`, which has the same words.
  package static let isEnabled = isOn("DATABASE_INSTRUMENTATION_ENABLED", default: true)

  /// `DATABASE_TESTING_DISABLE_POOLING=1` makes pools that the package opens unpooled.
  package static let isPoolingDisabled = isOn("DATABASE_TESTING_DISABLE_POOLING", default: false)

  /// Reads a switch: `0`, `false`, `no` and `off` are off, `1`, `true`, `yes` and `on` are on, in any case.
  package static func isOn(_ name: String, default standard: Bool) -> Bool {
    value(ProcessInfo.processInfo.environment[name], default: standard)
  }

  package static func value(_ text: String?, default standard: Bool) -> Bool {
    switch text?.lowercased() {
    case "0", "false", "no", "off": false
    case "1", "true", "yes", "on": true
    default: standard
    }
  }
}
