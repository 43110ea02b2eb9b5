public import Synchronization

/// A reference that is set once and read by anyone without a lock.
///
/// `AtomicLazyReference` of the standard library is the same, but reads through a generic function that is not specialised:
/// 300 instructions instead of 10.
public struct OnceReference<Object: AnyObject & Sendable>: ~Copyable, Sendable {
  @usableFromInline let bits = Atomic<UInt>(0)

  /// A reference that is not set.
  public init() {}

  @inlinable
  deinit { UnsafeRawPointer(bitPattern: bits.load(ordering: .acquiring)).map(Unmanaged<Object>.fromOpaque)?.release() }

  /// What was set; `nil` before.
  @inlinable
  public var value: Object? {
    UnsafeRawPointer(bitPattern: bits.load(ordering: .acquiring)).map {
      Unmanaged<Object>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Sets it, unless somebody was first.
  ///
  /// - Returns: What is set now.
  @discardableResult
  @inlinable
  public func setIfNil(_ object: Object) -> Object {
    let mine = Unmanaged.passRetained(object)
    let (isFirst, other) = bits.compareExchange(
      expected: 0, desired: UInt(bitPattern: mine.toOpaque()), ordering: .acquiringAndReleasing)
    guard !isFirst, let pointer = UnsafeRawPointer(bitPattern: other) else { return object }
    mine.release()
    return Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue()
  }
}
