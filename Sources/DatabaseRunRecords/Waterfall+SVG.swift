internal import DatabaseSupport

extension Waterfall {
  private enum Metrics {
    static let width = 960
    static let gutter = 170
    static let right = 14
    static let top = 68
    static let row = 16
    static let bar = 12
    static let laneGap = 12
    static let textLimit = 600
    static let nameLimit = 24
  }

  /// The drawing as a file of its own, for light and dark: hover a bar for its statement.
  ///
  /// Everything that comes from SQL or from names is escaped; there are no scripts and nothing is fetched.
  ///
  /// - Parameter title: What it is about, the name of the test.
  /// - Complexity: O(*n*) in the bars, of which there are at most 500 of each kind.
  package func svg(title: String) -> String {
    var y = Metrics.top
    var drawn: [String] = []
    for lane in lanes {
      drawn.append(Self.lane(lane, y: y))
      for bar in lane.bars { drawn.append(draw(bar, y: y + bar.row * Metrics.row)) }
      y += max(1, lane.rows) * Metrics.row + Metrics.laneGap
    }
    if lanes.isEmpty {
      drawn.append(Self.text("No statement was recorded.", x: Metrics.gutter, y: y + 12, class: "quiet"))
      y += Metrics.row + Metrics.laneGap
    }
    let axis = axis(bottom: y - Metrics.laneGap + 4)
    if hidden > 0 {
      let note =
        "Not drawn: \(hidden) more \(hidden == 1 ? "statement, transaction or lease" : "statements, transactions and leases")."
      drawn.append(Self.text(note, x: Metrics.gutter, y: y + 12, class: "quiet"))
      y += Metrics.row + Metrics.laneGap
    }
    let name = title.markup(limit: Metrics.textLimit)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="waterfall" viewBox="0 0 \(Metrics.width) \(y)" \
      width="\(Metrics.width)" height="\(y)" role="img" aria-label="Waterfall of \(name)">
      <title>\(name)</title>
      <style>\(Self.style)</style>
      <rect class="ground" width="100%" height="100%"/>
      \(Self.text(title, x: Metrics.right, y: 20, class: "name", limit: 110))
      \(legend)
      \(([axis] + drawn).joined(separator: "\n"))
      </svg>

      """
  }

  private func draw(_ bar: Bar, y: Int) -> String {
    let left = position(bar.start)
    let width = max(1.5, position(bar.end) - left)
    let x = min(left, Double(Metrics.width - Metrics.right) - width)
    // Below the bar: a border would hide the colour of a narrow one.
    let mark = """
      <rect class="mark" x="\(Self.number(x))" y="\(y + Metrics.bar + 1)" width="\(Self.number(width))" height="2"/>
      """
    return """
      <rect class="bar \(bar.kind.rawValue)\(bar.isBad ? " bad" : "")" x="\(Self.number(x))" y="\(y)" width="\(Self.number(width))" \
      height="\(Metrics.bar)" rx="1.5"><title>\(bar.text.markup(limit: Metrics.textLimit))</title></rect>\
      \(bar.isFlagged ? mark : "")
      """
  }

  private func position(_ time: Double) -> Double {
    let share = min(1, max(0, (time - start) / (end - start)))
    return Double(Metrics.gutter) + share * Double(Metrics.width - Metrics.gutter - Metrics.right)
  }

  private func axis(bottom: Int) -> String {
    (0...4).map { step in
      let time = (end - start) * Double(step) / 4
      let x = Self.number(position(start + time))
      let anchor = step == 4 ? "end" : step == 0 ? "start" : "middle"
      let label = Duration.nanoseconds(Int64(min(1e18, time))).readable
      return """
        <line class="tick" x1="\(x)" x2="\(x)" y1="\(Metrics.top - 6)" y2="\(bottom)"/>\
        <text class="quiet" x="\(x)" y="\(Metrics.top - 11)" text-anchor="\(anchor)">\(step == 0 ? "0" : label)</text>
        """
    }
    .joined(separator: "\n")
  }

  /// The kinds that are there, at the right of the name.
  private var legend: String {
    let kinds: [Bar.Kind] = [.lease, .transaction, .select, .insert, .update, .delete, .other]
    let present = Set(lanes.flatMap { $0.bars.map(\.kind) })
    var x = Metrics.gutter
    return kinds.filter(present.contains).map { kind in
      defer { x += 24 + kind.rawValue.count * 7 }
      return """
        <rect class="bar \(kind.rawValue)" x="\(x)" y="28" width="9" height="9" rx="1.5"/>\
        <text class="quiet" x="\(x + 13)" y="36">\(kind.rawValue)</text>
        """
    }
    .joined(separator: "\n")
  }

  private static func lane(_ lane: Lane, y: Int) -> String {
    let name = lane.name.markup(limit: Metrics.nameLimit)
    let whole = lane.name.markup(limit: Metrics.textLimit)
    return """
      <line class="lane" x1="\(Metrics.right)" x2="\(Metrics.width - Metrics.right)" y1="\(y - 6)" y2="\(y - 6)"/>\
      <text x="\(Metrics.right)" y="\(y + 10)">\(name)<title>\(whole)</title></text>
      """
  }

  private static func text(_ text: String, x: Int, y: Int, class name: String, limit: Int = 200) -> String {
    #"<text class="\#(name)" x="\#(x)" y="\#(y)">\#(text.markup(limit: limit))</text>"#
  }

  /// With one decimal.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static let style = """
    .waterfall{--ground:#fff;--ink:#1f2430;--quiet:#667085;--line:#e4e7ec;--select:#3b7dd8;--insert:#2f9e6e;\
    --update:#c98a12;--delete:#b4558f;--other:#98a2b3;--transaction:#c9d3e6;--lease:#e3dcf3;--bad:#d92d20;\
    font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}\
    @media(prefers-color-scheme:dark){.waterfall{--ground:#14171d;--ink:#e6e9ef;--quiet:#98a2b3;--line:#2a303b;\
    --select:#6aa5f2;--insert:#4cc38a;--update:#e0ad3f;--delete:#d983b8;--other:#7a8496;--transaction:#3a4660;\
    --lease:#463d63;--bad:#ff6b5e}}\
    .waterfall .ground{fill:var(--ground)}.waterfall text{fill:var(--ink)}.waterfall .name{font-weight:600;font-size:14px}\
    .waterfall .quiet{fill:var(--quiet);font-size:11px}.waterfall .tick,.waterfall .lane{stroke:var(--line)}\
    .waterfall .bar{fill:var(--other)}.waterfall .select{fill:var(--select)}.waterfall .insert{fill:var(--insert)}\
    .waterfall .update{fill:var(--update)}.waterfall .delete{fill:var(--delete)}\
    .waterfall .transaction{fill:var(--transaction)}.waterfall .lease{fill:var(--lease)}\
    .waterfall .mark{fill:var(--ink)}.waterfall .bad{stroke:var(--bad);stroke-width:1.5}\
    .waterfall .bar:hover{opacity:.75}
    """
}
