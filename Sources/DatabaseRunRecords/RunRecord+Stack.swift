extension RunRecord.Frame {
  /// `awaited at Library.swift:42 in Library.authorsWithBooks()`, as what is around another line.
  package var description: String { "\(way) at \(site)" }

  /// How the line led to the one before it.
  package var way: String { creates == true ? "task created" : awaits == true ? "awaited" : "called" }
}

extension RunRecord.Problem {
  /// The lines of the app that led to the call site, the nearest first.
  package var callers: ArraySlice<RunRecord.Frame> {
    let stack = stack ?? []
    guard let own = stack.firstIndex(where: { $0.site == site }) else { return [] }
    return stack[(own + 1)...].prefix(16)
  }

  /// The call site and the line that led to it, of a statement that is one of several.
  var lines: [String] { (site.map { ["at \($0)"] } ?? []) + callers.prefix(1).map(\.description) }
}
