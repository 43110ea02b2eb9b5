/// A list that only grows, and of which many keep what there was at their time.
///
/// To add to it while somebody keeps it copies one block; an array would be copied as a whole, each time.
public struct GrowingList<Element: Sendable>: Sendable {
  /// All of them full.
  @usableFromInline var blocks: [[Element]] = []
  @usableFromInline var last: [Element] = []

  @inlinable
  static var blockSize: Int { 256 }

  /// An empty list.
  @inlinable
  public init() {}

  /// How many elements it has.
  @inlinable
  public var count: Int { blocks.count * Self.blockSize + last.count }

  /// Whether it has none.
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// An element by its index, from 0 to below ``count``.
  @inlinable
  public subscript(index: Int) -> Element {
    let full = blocks.count * Self.blockSize
    return index < full ? blocks[index / Self.blockSize][index % Self.blockSize] : last[index - full]
  }

  /// Adds an element at the end.
  @inlinable
  public mutating func append(_ element: Element) {
    last.append(element)
    guard last.count == Self.blockSize else { return }
    blocks.append(last)
    last = []
  }
}
