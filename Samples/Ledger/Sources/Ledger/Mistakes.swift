import Foundation

/// What a switch in the environment makes the ledger do wrong.
enum Mistakes {
  /// `LEDGER_LEAK=1`: a transfer that is refused forgets its connection.
  static let forgetsRefusedTransfers = ProcessInfo.processInfo.environment["LEDGER_LEAK"] == "1"
}
