#if ELF && _pointerBitWidth(_64) && _endian(little)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// Sections of debug information that the linker has compressed (`--compress-debug-sections`), by the system's library for
  /// it, where it is installed.
  enum Decompression {
    /// - Parameter section: A header of 24 bytes, then what is compressed.
    /// - Returns: The contents in memory that the caller frees; `nil` where they cannot be had.
    static func contents(of section: Bytes) -> Bytes? {
      var header = ByteReader(section)
      let algorithm = header.number(4)
      header.skip(4)
      let size = header.offset(8)
      header.skip(8)
      guard !header.isBroken, size > 0, size < 1 << 32, let memory = malloc(size) else { return nil }
      let packed = section[24, section.count - 24]
      let isDone =
        switch algorithm {
        case 1: inflate(packed, to: memory, size)
        case 2: unpack(packed, to: memory, size)
        default: false
        }
      guard isDone else {
        free(memory)
        return nil
      }
      return Bytes(start: memory, count: size)
    }

    /// `uncompress` of zlib.
    private static func inflate(_ packed: Bytes, to memory: UnsafeMutableRawPointer, _ size: Int) -> Bool {
      typealias Uncompress =
        @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<UInt>, UnsafeRawPointer, UInt) -> Int32
      guard let function = function("uncompress", of: "libz.so.1") else { return false }
      var length = UInt(size)
      let result = unsafeBitCast(function, to: Uncompress.self)(memory, &length, packed.start, UInt(packed.count))
      return result == 0 && length == UInt(size)
    }

    /// `ZSTD_decompress` of Zstandard.
    private static func unpack(_ packed: Bytes, to memory: UnsafeMutableRawPointer, _ size: Int) -> Bool {
      typealias Decompress = @convention(c) (UnsafeMutableRawPointer, Int, UnsafeRawPointer, Int) -> Int
      guard let function = function("ZSTD_decompress", of: "libzstd.so.1") else { return false }
      return unsafeBitCast(function, to: Decompress.self)(memory, size, packed.start, packed.count) == size
    }

    private static func function(_ name: String, of library: String) -> UnsafeMutableRawPointer? {
      dlopen(library, RTLD_NOW | RTLD_LOCAL).flatMap { dlsym($0, name) }
    }
  }
#endif
