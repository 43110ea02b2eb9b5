import CSQLiteForTests
import DatabaseTesting
import Foundation
import TestSupport
import Testing

@Suite struct HandleTests {
  @Test func aClosedHandleIsAnError() throws {
    var handle: OpaquePointer?
    #expect(sqlite3_open(":memory:", &handle) == SQLITE_OK)
    let closed = try #require(handle)
    sqlite3_close(closed)
    let error = #expect(throws: SQLiteInstrumentationError.self) {
      try SQLiteInstrumentor.instrument(closed, name: "library")
    }
    #expect(error == .isClosed || error == .isForeign)
    #expect(error?.description.contains("\"library\"") == true)
    #expect(error?.description.contains("closed") == true)
  }

  @Test(arguments: [1, 8, 4096, Int.max, -8])
  func aPointerToNowhereIsAnError(address: Int) throws {
    let pointer = try #require(OpaquePointer(bitPattern: address))
    #expect(throws: SQLiteInstrumentationError.isNotAConnection) { try SQLiteInstrumentor.instrument(pointer) }
  }

  @Test func aPointerToSomethingElseIsAnError() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 1_024, alignment: 16)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0x41, count: 1_024)
    #expect(throws: SQLiteInstrumentationError.isForeign) {
      try SQLiteInstrumentor.instrument(OpaquePointer(memory))
    }
  }

  #if os(Linux)
    @Test(.enabled(if: SQLiteLibrary.canBeCopied, "the sanitizers do not allow RTLD_DEEPBIND"))
    func aHandleOfAnotherCopyOfSQLiteIsAnError() throws {
      let other = try SQLiteLibrary.copy()
      var handle: OpaquePointer?
      #expect(other.open(":memory:", &handle) == SQLITE_OK)
      let foreign = try #require(handle)
      #expect(throws: SQLiteInstrumentationError.isForeign) { try SQLiteInstrumentor.instrument(foreign) }
      #expect(other.close(foreign) == SQLITE_OK)
    }
  #endif
}

#if os(Linux)
  /// SQLite's own functions, past the ones that this process calls.
  struct SQLiteLibrary {
    typealias Open = @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
    typealias Close = @convention(c) (OpaquePointer?) -> Int32
    typealias Callback =
      @convention(c) (UInt32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32
    typealias Trace = @convention(c) (OpaquePointer?, UInt32, Callback?, UnsafeMutableRawPointer?) -> Int32

    let open: Open
    let close: Close
    let trace: Trace

    private init?(_ path: String, _ flags: Int32) {
      guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL | flags),
        let open = dlsym(library, "sqlite3_open"), let close = dlsym(library, "sqlite3_close"),
        let trace = dlsym(library, "sqlite3_trace_v2")
      else { return nil }
      self.open = unsafeBitCast(open, to: Open.self)
      self.close = unsafeBitCast(close, to: Close.self)
      self.trace = unsafeBitCast(trace, to: Trace.self)
    }

    /// The library that the process uses.
    static func shared() -> SQLiteLibrary? { SQLiteLibrary("libsqlite3.so.0", 0) }

    static var canBeCopied: Bool {
      dlsym(nil, "__tsan_init") == nil && dlsym(nil, "__asan_init") == nil
    }

    /// Another copy of it, with variables of its own.
    static func copy() throws -> SQLiteLibrary {
      // `dladdr` and `Dl_info` are GNU extensions, which the Glibc module leaves out.
      typealias Address = @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int32
      let library = try #require(dlopen("libsqlite3.so.0", RTLD_NOW))
      let address = unsafeBitCast(try #require(dlsym(nil, "dladdr")), to: Address.self)
      let information = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 4)
      defer { information.deallocate() }
      try #require(address(try #require(dlsym(library, "sqlite3_close")), information) != 0)
      let name = String(cString: try #require(information[0]))
      let path = URL(fileURLWithPath: name).resolvingSymlinksInPath()
      let copy = FileManager.default.temporaryDirectory.appendingPathComponent("libsqlite3-\(UUID().uuidString).so")
      try FileManager.default.copyItem(at: path, to: copy)
      defer { try? FileManager.default.removeItem(at: copy) }
      return try #require(SQLiteLibrary(copy.path, RTLD_DEEPBIND), "\(String(cString: dlerror()))")
    }
  }
#endif
