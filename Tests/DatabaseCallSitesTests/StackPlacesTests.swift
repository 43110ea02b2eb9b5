import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

/// Stacks whose words have lines that are made up: a word is a number, and what is not in the table has none.
@Suite struct StackPlacesTests {
  private static let lines: [UInt: [SourceLine]] = [
    // Two copies of one call.
    10: [at(5, 9)], 11: [at(5, 9)],
    // Another call on the same line, and one on another line.
    12: [at(5, 20)], 13: [at(6, 9)],
    // One function, inlined at two calls on one line and at one more.
    20: [at(3, 3), at(14, 3)], 21: [at(3, 3), at(14, 14)], 22: [at(3, 3), at(15, 3)],
    // The same one as a function of its own.
    23: [at(3, 3)], 24: [at(14, 3)],
    // A function that calls itself, inlined in itself once.
    30: [at(8, 5)], 31: [at(8, 5), at(8, 5)],
  ]

  private static func at(_ line: Int, _ column: Int) -> SourceLine {
    SourceLine(file: "/app/A.swift", line: line, column: column)
  }

  private func merged(_ stacks: [UInt]...) -> [[Int]] {
    StackPlaces(stacks.map(StackTrace.init)).merged { words in Self.lines.filter { words.contains($0.key) } }
  }

  @Test func copiesOfOneCallAreOnePlace() {
    #expect(merged([1, 10, 2], [1, 11, 2], [1, 10, 2]) == [[0, 1, 2]])
  }

  @Test func twoCallsOnOneLineAreTwoPlaces() {
    #expect(merged([1, 10, 2], [1, 12, 2]) == [[0], [1]])
    #expect(merged([1, 10, 2], [1, 13, 2], [1, 11, 2]) == [[0, 2], [1]])
  }

  /// Its innermost line is the same for all of them.
  @Test func aFunctionThatIsInlinedAtSeveralCallsIsAtSeveralPlaces() {
    #expect(merged([1, 20, 2], [1, 21, 2], [1, 22, 2]) == [[0], [1], [2]])
    #expect(merged([1, 20, 2], [1, 23, 24, 2]) == [[0, 1]], "inlined or not, it is one call")
  }

  @Test func withoutALineOnlyAddressesAreEqual() {
    #expect(merged([1, 90, 2], [1, 91, 2]) == [[0], [1]])
    #expect(merged([1, 90, 2], [1, 90, 2]) == [[0, 1]])
  }

  @Test func aRecursionIsAsDeepAsTheData() {
    #expect(merged([1, 30, 2], [1, 30, 30, 2], [1, 30, 30, 30, 30, 2]) == [[0, 1, 2]])
    #expect(merged([1, 30, 2], [1, 31, 2], [1, 31, 31, 30, 2]) == [[0, 1, 2]], "inlined in itself")
    #expect(merged([1, 30, 13, 30, 13, 2], [1, 30, 13, 2]) == [[0, 1]], "two that call each other")
    #expect(merged([1, 30, 2], [1, 30, 13, 2]) == [[0], [1]])
    #expect(merged([1, 30, 2], [1, 30, 30, 3]) == [[0], [1]], "called on two lines")
  }

  /// 40 asks, 41 and 42 call the function itself, 50 is another one that it may call itself through.
  private func walked(_ stacks: [UInt]...) -> [[Int]] {
    let functions: [UInt: String] = [40: "visit", 41: "visit", 42: "visit", 50: "children", 60: "map"]
    return StackPlaces(stacks.map(StackTrace.init)).merged(
      by: { words in Self.lines.filter { words.contains($0.key) } },
      { words in functions.filter { words.contains($0.key) } })
  }

  @Test func aWalkAlongATreeIsOnePlace() {
    #expect(walked([1, 40, 2], [1, 40, 41, 2], [1, 40, 41, 41, 2]) == [[0, 1, 2]])
    #expect(
      walked([1, 40, 2], [1, 40, 41, 2], [1, 40, 42, 2], [1, 40, 41, 42, 41, 2]) == [[0, 1, 2, 3]], "two branches")
    #expect(
      walked([1, 40, 2], [1, 40, 50, 41, 2], [1, 40, 50, 41, 50, 41, 2]) == [[0, 1, 2]], "through another function")
    #expect(walked([1, 40, 2], [1, 40, 41, 41, 3]) == [[0], [1]], "called on two lines")
    #expect(
      walked([1, 39, 60, 2], [1, 39, 60, 38, 60, 2], [1, 37, 60, 38, 60, 60, 2]).count == 3, "what a map calls")
    #expect(walked([1, 40, 2], [1, 40, 41, 2]) == [[0], [1]], "no function is on it twice at one call")
  }

  @Test func awaitingFramesAreComparedAsOthers() {
    let mark: UInt = 1 << 63
    let places = StackPlaces([
      StackTrace(words: [1, mark | 10]), StackTrace(words: [1, mark | 11]),
      StackTrace(words: [1, mark | 12]),
    ])
    #expect(
      places.merged { words in
        Dictionary(uniqueKeysWithValues: words.map { ($0, Self.lines[$0 & ~mark] ?? []) })
      } == [[0, 1], [2]])
  }

  /// Equal chains of child tasks that were created on two lines.
  @Test func theCreatorIsPartOfThePlace() {
    let creator: UInt = 1 << 62
    #expect(merged([1, 2, creator, 10, 3], [1, 2, creator, 13, 3]) == [[0], [1]])
    #expect(merged([1, 2, creator, 10, 3], [1, 2, creator, 11, 3]) == [[0, 1]])
    #expect(merged([1, 2, creator, 10, 3], [1, 2]) == [[0], [1]], "one whose creator is not known")
  }

  @Test(arguments: [
    ("", ""), ("a", "a"), ("aa", "a"), ("abc", "abc"), ("abbbc", "abc"), ("abcbcd", "abcd"), ("ababab", "ab"),
    ("aabbaabb", "ab"), ("abab" + "c" + "abab", "abcab"), ("abcabcabcx", "abcx"), ("abcab", "abcab"),
  ])
  func whatFollowsOnItselfCountsOnce(text: String, folded: String) {
    #expect(StackPlaces.folded(text.utf8.map(UInt.init)) == folded.utf8.map(UInt.init))
  }

  @Test func foldingTakesNoTimeForALongStack() {
    #expect(StackPlaces.folded(Array(0..<2_000)).count == 2_000)
    #expect(StackPlaces.folded(Array(repeating: 1, count: 2_000)).count == 1)
  }
}
