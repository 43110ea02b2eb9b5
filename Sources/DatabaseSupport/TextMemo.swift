/// What a text means, worked out once for the process: suites define the same tables for each of their tests.
///
/// - Note: A few thousand texts are kept, and no long one; with more it begins anew. So it never has more than some megabytes.
package final class TextMemo<Meaning: Sendable>: Sendable {
  private let known = Locked<[String: Meaning]>([:])
  private let limit: Int

  /// Bytes of a text that is kept: a longer one, as a table that is made of many values, is rarely sent twice.
  private static var longest: Int { 4_096 }

  package init(limit: Int = 4_096) {
    self.limit = limit
  }

  package func meaning(of text: String, _ make: (String) -> Meaning) -> Meaning {
    guard text.utf8.count <= Self.longest else { return make(text) }
    if let known = known.withLock({ $0[text] }) { return known }
    let made = make(text)
    known.withLock { known in
      if known.count >= limit { known = [:] }
      known[text] = made
    }
    return made
  }
}
