/// Statements that a log, a driver or a span told of, and that an endpoint on the way to the server has not seen yet.
///
/// Such an endpoint sees what a statement did, and not whose it is; the others know that. One statement that was told of stands for one that
/// is seen, by its text and, where both know them, its values. Where those of several recordings are alike the oldest one is taken, and
/// it is said who else may be meant.
///
/// A pure value: it knows recordings by their numbers.
struct AwaitedStatements {
  /// Whose a statement is that was seen.
  struct Owner: Hashable {
    /// `nil`: it was told of without a task.
    var scope: UInt32?
    /// Who may be meant as well, with the owner; empty where it is certain.
    var rivals: Set<UInt32?> = []
  }

  fileprivate struct Entry {
    var id: UInt64
    var scope: UInt32?
    /// What the teller calls its database.
    var database: String
    /// A hash of each; `nil` where it is not known, or where all of them are not.
    var values: [UInt64?]?
    var time: UInt64
    var rivals: Set<UInt32?> = []
  }

  private var entries: [UInt32: [Entry]] = [:]
  private var shapes: [UInt64: UInt32] = [:]
  private var lastID: UInt64 = 0

  /// How long a statement may wait for a connection, in nanoseconds.
  private static let patience: UInt64 = 60_000_000_000
  /// Of one shape.
  private static let mostEntries = 4_096

  var isEmpty: Bool { entries.isEmpty }

  /// A statement is about to be sent.
  ///
  /// - Parameters:
  ///   - shape: By the rules of the server.
  ///   - scope: The recording of its task.
  ///   - database: What the teller calls it.
  ///   - time: Nanoseconds of the monotonic clock.
  /// - Returns: By what it is called in ``withdraw(_:)``.
  mutating func tell(
    _ shape: UInt32, values: [UInt64?]?, scope: UInt32?, database: String = "", time: UInt64
  ) -> UInt64 {
    lastID += 1
    entries[shape, default: []].append(
      Entry(id: lastID, scope: scope, database: database, values: values, time: time))
    shapes[lastID] = shape
    if entries[shape]?.count ?? 0 > Self.mostEntries, let oldest = entries[shape]?.removeFirst() {
      shapes[oldest.id] = nil
    }
    return lastID
  }

  /// A statement has ended, and was seen or never will be.
  ///
  /// One of which another like it may have been taken for stays: it stands for that one now, which is still to be seen.
  mutating func withdraw(_ id: UInt64) {
    guard let shape = shapes[id], let entry = entries[shape]?.first(where: { $0.id == id }), entry.rivals.isEmpty else {
      return
    }
    shapes[id] = nil
    entries[shape]?.removeAll { $0.id == id }
    if entries[shape]?.isEmpty == true { entries[shape] = nil }
  }

  /// A statement was seen.
  ///
  /// - Parameters:
  ///   - values: A hash of each; `nil` for one that cannot be compared.
  ///   - open: The recording whose transaction is open on the connection: what is sent there is its.
  ///   - takesDoubtful: Whether one is taken where several may be meant; otherwise it goes on waiting, and is to be asked for again.
  ///   - isMeant: Whether what a teller calls its database is the one on which the statement was seen.
  ///   - isRunning: Whether a recording still takes statements.
  /// - Returns: `nil` where nobody told of it.
  mutating func claim(
    _ shape: UInt32, values: [UInt64?], inside open: UInt32? = nil, takesDoubtful: Bool = true, time: UInt64,
    isMeant: (String) -> Bool = { _ in true }, isRunning: (UInt32) -> Bool
  ) -> Owner? {
    forget(shape, before: time, isRunning)
    guard let all = entries[shape] else { return nil }
    let meant = all.indices.filter { isMeant(all[$0].database) }
    guard !meant.isEmpty else { return nil }
    let alike = meant.filter { all[$0].isAlike(values) }
    // A client may print a value in another way than the server is sent it.
    let candidates = alike.isEmpty ? meant : alike
    if let open, let own = candidates.first(where: { all[$0].scope == open }) {
      take(shape, at: own)
      return Owner(scope: open)
    }
    var owners: Set<UInt32?> = []
    for index in candidates {
      owners.insert(all[index].scope)
      owners.formUnion(all[index].rivals)
    }
    guard owners.count > 1 else {
      take(shape, at: candidates[0])
      return Owner(scope: all[candidates[0]].scope)
    }
    guard takesDoubtful else { return Owner(scope: nil, rivals: owners) }
    for index in candidates { entries[shape]?[index].rivals.formUnion(owners) }
    take(shape, at: candidates[0])
    return Owner(scope: all[candidates[0]].scope, rivals: owners)
  }

  /// A statement was seen by who knows whose it is: what was told of it stands for no other one. Where it was taken for another recording's
  /// already, what that one told stands for this statement, and goes.
  ///
  /// - Parameter isOwn: Whether a recording is the one whose it is.
  mutating func settle(
    _ shape: UInt32, values: [UInt64?], isMeant: (String) -> Bool = { _ in true }, isOwn: (UInt32) -> Bool
  ) {
    guard let all = entries[shape] else { return }
    let meant = all.indices.filter { isMeant(all[$0].database) }
    let own = meant.filter { all[$0].scope.map(isOwn) == true }
    let index =
      own.first { all[$0].isAlike(values) } ?? own.first
      ?? meant.first { all[$0].isAlike(values) && all[$0].rivals.contains { $0.map(isOwn) == true } }
    if let index { take(shape, at: index) }
  }

  private mutating func take(_ shape: UInt32, at index: Int) {
    guard let entry = entries[shape]?.remove(at: index) else { return }
    shapes[entry.id] = nil
    if entries[shape]?.isEmpty == true { entries[shape] = nil }
  }

  /// What waited too long was never sent, and a recording that has ended takes nothing any more.
  private mutating func forget(_ shape: UInt32, before time: UInt64, _ isRunning: (UInt32) -> Bool) {
    guard let all = entries[shape] else { return }
    let kept = all.filter { entry in
      entry.time &+ Self.patience > time && entry.scope.map(isRunning) != false
    }
    guard kept.count < all.count else { return }
    let ids = Set(kept.map(\.id))
    for entry in all where !ids.contains(entry.id) { shapes[entry.id] = nil }
    entries[shape] = kept.isEmpty ? nil : kept
  }
}

extension AwaitedStatements.Entry {
  /// Whether no value is known to differ.
  fileprivate func isAlike(_ others: [UInt64?]) -> Bool {
    guard let values else { return true }
    guard values.count == others.count else { return false }
    return zip(values, others).allSatisfy { own, other in own == nil || other == nil || own == other }
  }
}
