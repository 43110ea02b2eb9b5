import Testing

@testable import DatabaseInstrumentation

#if os(Linux)
  /// Of malloc.h, which the Glibc module leaves out.
  @_silgen_name("malloc_usable_size")
  private func usableSize(_ pointer: UnsafeMutableRawPointer) -> Int
#endif

/// What a pool's monitor keeps of one checkout and of one event.
struct PoolMemoryTests {
  @Test func anEventIsAtMost256Bytes() {
    #expect(MemoryLayout<PoolEvent>.stride <= 256)
    #expect(MemoryLayout<PooledConnectionRecord>.stride <= 256)
  }

  #if os(Linux)
    @Test func aLeaseIsAtMost256Bytes() {
      let entry = LiveLease()
      withExtendedLifetime(entry) {
        #expect(usableSize(Unmanaged.passUnretained(entry).toOpaque()) <= 128)
      }
    }
  #endif
}
