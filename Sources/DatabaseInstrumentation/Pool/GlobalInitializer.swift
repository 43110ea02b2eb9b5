internal import DatabaseSupport

extension StackTrace {
  /// Whether a global or static variable is being initialised, which Swift's runtime does once for the process.
  ///
  /// The runtime is known by the places that it calls initialisers from. They are learned from two variables of our own: what
  /// both stacks have more often than one that initialises nothing. So it holds wherever the runtime is linked.
  var isInsideOfGlobalInitializer: Bool {
    let places = InitializerPlaces.ofRuntime
    return words.contains(where: places.contains)
  }
}

private enum InitializerPlaces {
  private static let learned = OnceReference<Learned>()

  private final class Learned: Sendable {
    let addresses: Set<UInt>

    init(_ addresses: Set<UInt>) { self.addresses = addresses }
  }

  // Not a variable with an initialiser: what is learned within one would have its place on every stack.
  static var ofRuntime: Set<UInt> { (learned.value ?? learned.setIfNil(Learned(learn()))).addresses }

  private static let first = StackTrace.capture(maximumDepth: depth)
  private static let second = StackTrace.capture(maximumDepth: depth)
  private static let depth = 512

  @inline(never)
  private static func learn() -> Set<UInt> {
    let depth = depth
    let outside = counts(StackTrace.capture(maximumDepth: depth))
    let (one, other) = (counts(first), counts(second))
    // By their number: this may itself be called by an initialiser.
    return Set(
      one.keys.filter { address in
        let before = outside[address, default: 0]
        return one[address, default: 0] > before && other[address, default: 0] > before
      })
  }

  private static func counts(_ stack: StackTrace) -> [UInt: Int] {
    Dictionary(stack.words.map { ($0, 1) }, uniquingKeysWith: +)
  }
}
