#if ELF
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif

  /// A program or library in memory.
  struct LoadedImage: Sendable, Hashable {
    let path: String
    /// Where it was loaded: addresses in the file count from here, unless the program is loaded at a fixed address.
    let base: UInt
    let endOfText: UInt

    /// The program and its libraries, by address; the program is the one with `isProgram`.
    let isProgram: Bool

    /// The images that are loaded now.
    ///
    /// From the dynamic loader, under its lock. `ImageMap.capture()` of the `Runtime` module reads /proc/self/maps instead,
    /// and then whatever is mapped from a file: when another thread unmaps a file meanwhile, as SQLite does with its
    /// shared memory, the process crashes ([swift#92089](https://github.com/swiftlang/swift/issues/92089)); and the copies
    /// that a symbolicator maps to read them are taken for the library.
    static func all() -> [LoadedImage] {
      var images: [LoadedImage] = []
      _ = withUnsafeMutablePointer(to: &images) { images in
        dlIteratePhdr(
          { information, _, images in
            if let information, let images, let image = LoadedImage(information) {
              images.assumingMemoryBound(to: [LoadedImage].self).pointee.append(image)
            }
            return 0
          }, images)
      }
      return images.sorted { $0.base < $1.base }
    }

    private init?(_ information: UnsafeMutableRawPointer) {
      let information = information.assumingMemoryBound(to: LoaderInformation.self).pointee
      guard let headers = information.headers else { return nil }
      let segments = UnsafeBufferPointer(start: headers, count: Int(information.headerCount))
        .filter { $0.type == ProgramHeader.load }
      guard let lowest = segments.map(\.address).min(),
        let end = segments.filter({ $0.flags & ProgramHeader.executable != 0 }).map({ $0.address &+ $0.size }).max()
      else { return nil }
      let name = information.name.map { String(cString: $0) } ?? ""
      isProgram = name.isEmpty
      guard let path = isProgram ? Self.programPath() : name, path.hasPrefix("/") else { return nil }
      self.path = path
      let pageMask = UInt(0xFFF)
      base = information.address &+ (lowest & ~pageMask)
      endOfText = information.address &+ end
      guard base < endOfText else { return nil }
    }

    private static func programPath() -> String? {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4_096) { buffer in
        let length = readlink("/proc/self/exe", buffer.baseAddress!, buffer.count)
        guard length > 0 else { return nil }
        return String(decoding: buffer[..<length].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    }
  }

  /// `struct dl_phdr_info` of link.h, as far as it is needed.
  private struct LoaderInformation {
    let address: UInt
    let name: UnsafePointer<CChar>?
    let headers: UnsafePointer<ProgramHeader>?
    let headerCount: UInt16
  }

  /// `Elf64_Phdr` of elf.h.
  private struct ProgramHeader {
    let type: UInt32
    let flags: UInt32
    let offset: UInt
    let address: UInt
    let physicalAddress: UInt
    let fileSize: UInt
    let size: UInt
    let alignment: UInt

    static let load: UInt32 = 1
    static let executable: UInt32 = 1
  }

  /// Of link.h, which the modules of the C library leave out.
  @_silgen_name("dl_iterate_phdr")
  private func dlIteratePhdr(
    _ callback: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Int32,
    _ context: UnsafeMutableRawPointer?
  ) -> Int32
#endif
