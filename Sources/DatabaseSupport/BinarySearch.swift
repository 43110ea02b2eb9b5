extension RandomAccessCollection {
  /// The first index whose element satisfies `predicate`, in a collection partitioned by it.
  ///
  /// - Complexity: O(log *n*).
  @inlinable
  public func partitioningIndex(where predicate: (Element) throws -> Bool) rethrows -> Index {
    var low = startIndex
    var count = self.count
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if try predicate(self[middle]) {
        count = half
      } else {
        low = index(after: middle)
        count -= half + 1
      }
    }
    return low
  }
}
