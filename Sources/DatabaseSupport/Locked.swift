#if canImport(Darwin)
  public import Darwin
#elseif canImport(Glibc)
  public import Glibc
#elseif canImport(Musl)
  public import Musl
#elseif canImport(Android)
  public import Android
#endif

/// A value behind a lock.
///
/// Not `Synchronization.Mutex`: on Linux that is a futex of its own, which the thread sanitizer does not know, so that every
/// value behind it would be reported as a race.
public struct Locked<Value>: ~Copyable, @unchecked Sendable {  // The value is touched under the lock alone.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  /// Puts a value behind a lock of its own.
  @inlinable
  public init(_ value: consuming sending Value) {
    // One piece of memory: a recording has some tens of these.
    let alignment = max(16, MemoryLayout<Value>.alignment)
    let offset = (MemoryLayout<pthread_mutex_t>.size + alignment - 1) / alignment * alignment
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: offset + MemoryLayout<Value>.size, alignment: alignment)
    mutex = memory.initializeMemory(as: pthread_mutex_t.self, to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    self.value = (memory + offset).initializeMemory(as: Value.self, to: value)
  }

  @inlinable
  deinit {
    value.deinitialize(count: 1)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Calls `body` while nobody else can. Not recursive.
  @inlinable
  public borrowing func withLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }
}
