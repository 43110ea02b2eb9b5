/// Makes one element of the many in `IN (…)` and in `VALUES (…), (…)`.
///
/// An element whose normalised text equals that of the element before it is taken back from the output. So literal
/// lists of any length have one shape, and what is not the same stays: `IN (?, a, ?)`. Lists nested deeper than `limit`
/// stay as they are.
struct ListFolding {
  struct Frame {
    /// `VALUES` with tuples at this depth of parentheses; else a list with elements at it.
    var isValues: Bool
    var depth: Int
    var isFresh = true
    var elementStart: Int
    var previousStart = 0
    var previousEnd = -1
  }

  static let limit = 12

  /// Whether the next token may open a list.
  var expectsList = false
  private let frames: UnsafeMutablePointer<Frame>
  private var frameCount = 0
  private var depth = 0
  private let foldsDoubleQuotes: Bool

  init(frames: UnsafeMutablePointer<Frame>, foldsDoubleQuotes: Bool) {
    self.frames = frames
    self.foldsDoubleQuotes = foldsDoubleQuotes
  }

  var isActive: Bool { frameCount > 0 || expectsList }

  /// Whether the next token may not belong to the list, see `note(_:isRow:)`.
  @inline(__always)
  var isWatching: Bool {
    if expectsList { return true }
    guard frameCount > 0 else { return false }
    let top = frames + (frameCount &- 1)
    return top.pointee.isValues ? top.pointee.depth == depth : top.pointee.isFresh
  }

  /// Whether the output stands in parentheses.
  var isNested: Bool { depth > 0 }

  /// Whether the output stands directly in a tuple of `VALUES`.
  var isInTuple: Bool {
    frameCount > 0 && frames[frameCount - 1].isValues && frames[frameCount - 1].depth + 1 == depth
  }

  mutating func reset() {
    frameCount = 0
    depth = 0
    expectsList = false
  }

  /// Leaves the list that a token cannot belong to.
  mutating func note(_ token: SQLToken, isRow: Bool) {
    if token.kind == .hint { return }
    if token.kind != .open { expectsList = false }
    guard frameCount > 0 else { return }
    let top = frames + (frameCount - 1)
    if top.pointee.isValues {
      guard top.pointee.depth == depth else { return }
      switch token.kind {
      case .open, .close, .comma: break
      case .word where isRow: break
      default: frameCount -= 1
      }
    } else if top.pointee.isFresh {
      top.pointee.isFresh = false
      switch token.keyword {
      case .select, .with, .values, .table: frameCount -= 1
      default: break
      }
    }
  }

  /// SQLite takes `"text"` for a string where there is no such column, and in `INSERT … VALUES` there is none.
  func foldsQuoted(_ token: SQLToken, in tokenizer: SQLTokenizer) -> Bool {
    foldsDoubleQuotes && isInTuple && tokenizer.base[token.start] == UInt8(ascii: "\"")
      && tokenizer.byte(at: token.end) != UInt8(ascii: ".")
  }

  mutating func openValues() {
    push(Frame(isValues: true, depth: depth, elementStart: 0))
  }

  private mutating func push(_ frame: Frame) {
    guard frameCount < Self.limit else { return }
    (frames + frameCount).initialize(to: frame)
    frameCount += 1
  }

  /// - Parameter count: The length of the output, which ends in `(`.
  @inline(__always)
  mutating func open(at count: Int) {
    if isActive { openList(at: count) }
    depth &+= 1
  }

  private mutating func openList(at count: Int) {
    if expectsList {
      expectsList = false
      push(Frame(isValues: false, depth: depth + 1, elementStart: count))
    } else if frameCount > 0, frames[frameCount - 1].isValues, frames[frameCount - 1].depth == depth {
      frames[frameCount - 1].elementStart = count - 1
    }
  }

  /// Whether the element before a comma is a value and nothing else, so that more of its kind can be skipped.
  func hasPlainElement(_ output: UnsafeMutablePointer<UInt8>, _ count: Int) -> Bool {
    let top = frames[frameCount - 1]
    return !top.isValues && top.depth == depth && top.elementStart + 1 == count
      && output[count - 1] == UInt8(ascii: "?")
  }

  /// - Parameter count: The length of the output, which ends in `, `.
  mutating func separate(_ output: UnsafeMutablePointer<UInt8>, _ count: inout Int) {
    guard frameCount > 0, frames[frameCount - 1].depth == depth, !frames[frameCount - 1].isValues else { return }
    if let end = finishElement(frameCount - 1, output, end: count - 2) { count = end + 2 }
    frames[frameCount - 1].elementStart = count
  }

  /// - Parameter count: The length of the output, which ends in `)`.
  /// - Returns: How many elements the tuple of `VALUES` has that ends here, if it has values and nothing else; else 0.
  @inline(__always)
  mutating func close(_ output: UnsafeMutablePointer<UInt8>, _ count: inout Int) -> Int {
    let width = frameCount > 0 ? closeList(output, &count) : 0
    depth &-= 1
    return width
  }

  private mutating func closeList(_ output: UnsafeMutablePointer<UInt8>, _ count: inout Int) -> Int {
    while frameCount > 0, frames[frameCount - 1].depth == depth {
      frameCount -= 1
      if frames[frameCount].isValues { continue }
      if let end = finishElement(frameCount, output, end: count - 1) {
        output[end] = UInt8(ascii: ")")
        count = end + 1
      }
    }
    guard frameCount > 0, frames[frameCount - 1].isValues, frames[frameCount - 1].depth == depth - 1 else { return 0 }
    if let end = finishElement(frameCount - 1, output, end: count) { count = end }
    let frame = frames[frameCount - 1]
    return plainElements(output + frame.previousStart, length: frame.previousEnd - frame.previousStart)
  }

  /// The number of values in `(?, ?, ?)`; 0 where there is anything else.
  private func plainElements(_ tuple: UnsafeMutablePointer<UInt8>, length: Int) -> Int {
    guard length % 3 == 0 else { return 0 }
    var index = 1
    while index < length {
      guard tuple[index] == UInt8(ascii: "?") else { return 0 }
      let next: UInt8 = index + 2 == length ? UInt8(ascii: ")") : UInt8(ascii: ",")
      guard tuple[index + 1] == next else { return 0 }
      index += 3
    }
    return length / 3
  }

  /// The end of the element before, when this one repeats it.
  private func finishElement(_ frame: Int, _ output: UnsafeMutablePointer<UInt8>, end: Int) -> Int? {
    let frame = frames + frame
    let start = frame.pointee.elementStart
    let length = frame.pointee.previousEnd - frame.pointee.previousStart
    if frame.pointee.previousEnd >= 0, length == end - start {
      let previous = output + frame.pointee.previousStart
      var index = 0
      while index < length, previous[index] == output[start + index] { index += 1 }
      if index == length { return frame.pointee.previousEnd }
    }
    frame.pointee.previousStart = start
    frame.pointee.previousEnd = end
    return nil
  }
}

extension SQLTokenizer {
  /// MySQL's `VALUES ROW(…), ROW(…)`.
  func isRow(_ token: SQLToken) -> Bool {
    token.end - token.start == 3 && base[token.start] | 0x20 == UInt8(ascii: "r")
      && base[token.start + 1] | 0x20 == UInt8(ascii: "o") && base[token.start + 2] | 0x20 == UInt8(ascii: "w")
  }
}
