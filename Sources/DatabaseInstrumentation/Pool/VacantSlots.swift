/// The slots of a pool without a connection: those for which one is being opened, and those whose connection is gone.
package struct VacantSlots: Sendable {
  package private(set) var opening = 0
  package private(set) var empty = 0
  /// Openings that use a slot which was empty, to be given back if they fail.
  private var reopenings = 0

  package init() {}

  package mutating func apply(_ effect: PoolChange.Effect) {
    switch effect {
    case .openBegan:
      opening += 1
      if empty > 0 {
        empty -= 1
        reopenings += 1
      }
    case .opened: endOpening(leavesEmptySlot: false)
    case .openFailed: endOpening(leavesEmptySlot: true)
    case .closed(leavesEmptySlot: true), .detached(leavesEmptySlot: true): empty += 1
    case .slotDropped: empty = max(0, empty - 1)
    default: break
    }
  }

  private mutating func endOpening(leavesEmptySlot: Bool) {
    guard opening > 0 else { return }
    opening -= 1
    guard reopenings > 0 else { return }
    reopenings -= 1
    if leavesEmptySlot { empty += 1 }
  }
}
