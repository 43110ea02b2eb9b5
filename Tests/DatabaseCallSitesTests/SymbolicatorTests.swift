#if ELF && canImport(Glibc)
  import Glibc
  import Synchronization
  import Testing

  @testable import DatabaseCallSites
  @testable import DatabaseInstrumentation

  @Suite struct SymbolicatorTests {
    /// SQLite does so with its shared memory, and symbolicators with libraries; `ImageMap.capture()` of the runtime crashes
    /// then.
    @Test func filesMayBeUnmappedMeanwhile() async throws {
      let images = LoadedImage.all()
      let library = try #require(images.first { $0.path.contains("/libc.so") }).path
      let program = try #require(images.first { $0.isProgram })
      let text = program.base..<program.endOfText
      let own = StackTrace.capture().words.first(where: text.contains)
      let address = try #require(own)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Self.isDone.load(ordering: .relaxed) { Self.mapAndUnmap(library) }
        }
        // Addresses that nobody asked for before: those are remembered.
        for offset in 1...100 {
          let stack = StackTrace(words: [address &- UInt(offset)])
          #expect(Symbolicator.frames(of: stack).first?.image?.hasSuffix(".xctest") == true)
        }
        Self.isDone.store(true, ordering: .relaxed)
      }
    }

    private static let isDone = Atomic(false)

    private static func mapAndUnmap(_ path: String) {
      let file = open(path, O_RDONLY)
      guard file >= 0 else { return }
      defer { close(file) }
      let length = 1 << 16
      guard let memory = mmap(nil, length, PROT_READ, MAP_PRIVATE, file, 0), memory != MAP_FAILED else { return }
      munmap(memory, length)
    }

    @Test func theImagesOfTheProcess() throws {
      let images = LoadedImage.all()
      #expect(images.filter(\.isProgram).count == 1)
      #expect(images.contains { $0.path.contains("/libc.so") })
      #expect(images.allSatisfy { $0.base < $0.endOfText })
      for (image, next) in zip(images, images.dropFirst()) { #expect(image.endOfText <= next.base) }
    }
  }
#endif
