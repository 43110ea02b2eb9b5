internal import CCallStacks

/// What one word of a stack stands for.
///
/// A stack is a flat list of words, innermost first: the return addresses of what is being executed, then the functions that
/// await it, then the same of the code that created the task, and so on to where the first task began.
package enum StackWord: Hashable, Sendable {
  /// A call goes on here when it returns.
  case returns(UInt)
  /// A function that awaits goes on here.
  case awaits(UInt)
  /// What follows created the task of what stands before.
  case creator
  /// The stack is complete.
  case root

  // Zero where an address has less than 64 bits: nothing is marked there.
  package static let awaiting = UInt(truncatingIfNeeded: DCS_AWAITING)
  package static let creatorMark = UInt(truncatingIfNeeded: DCS_CREATOR)
  package static let rootMark = UInt(truncatingIfNeeded: DCS_ROOT)
  private static let marks = awaiting | creatorMark | rootMark

  package init(_ word: UInt) {
    switch word & Self.marks {
    case Self.awaiting where Self.awaiting != 0: self = .awaits(word & ~Self.awaiting)
    case Self.creatorMark where word == Self.creatorMark && word != 0: self = .creator
    case Self.rootMark where word == Self.rootMark && word != 0: self = .root
    // Return addresses have none of these bits.
    default: self = .returns(word)
    }
  }

  /// `nil` for what is no frame.
  package var address: UInt? {
    switch self {
    case .returns(let address), .awaits(let address): address
    case .creator, .root: nil
    }
  }

  /// An address in the code of the frame: a return address may be the first of the next function, since the call is before it.
  var codeAddress: UInt? {
    switch self {
    case .returns(let address): address &- 1
    case .awaits(let address): address
    case .creator, .root: nil
    }
  }

  var isAwaiting: Bool {
    if case .awaits = self { true } else { false }
  }
}
