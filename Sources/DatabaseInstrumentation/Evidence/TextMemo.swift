/// What a text means, worked out once for the process: suites define the same tables for each of their tests.
///
/// - Note: A few thousand texts are kept; with more it begins anew.
package final class TextMemo<Meaning: Sendable>: Sendable {
  private let known = Locked<[String: Meaning]>([:])
  private let limit: Int

  package init(limit: Int = 4_096) {
    self.limit = limit
  }

  package func meaning(of text: String, _ make: (String) -> Meaning) -> Meaning {
    if let known = known.withLock({ $0[text] }) { return known }
    let made = make(text)
    known.withLock { known in
      if known.count >= limit { known = [:] }
      known[text] = made
    }
    return made
  }
}
