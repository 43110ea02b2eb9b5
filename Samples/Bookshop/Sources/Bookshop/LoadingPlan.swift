import Foundation

/// How ``Library/authorsWithBooks()`` loads the books: well, or with the mistake that this sample is about.
enum LoadingPlan: Sendable {
  /// Two queries, however many authors there are.
  case eager
  /// One query for the authors and one more for each of them: an N+1.
  case onePerAuthor

  /// `onePerAuthor` when the environment says `BOOKSHOP_N_PLUS_ONE=1`, else `eager`.
  ///
  /// This is the only place that reads the switch. The tests do not know of it.
  static var ofEnvironment: LoadingPlan {
    ProcessInfo.processInfo.environment["BOOKSHOP_N_PLUS_ONE"] == "1" ? .onePerAuthor : .eager
  }
}
