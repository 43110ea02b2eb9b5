#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#elseif os(Windows)
  internal import ucrt
#endif

/// The runtime's own demangler.
enum Demangler {
  /// With modules and types: `Bookshop.Library.books(of: Swift.Int) -> …`; `nil` for what is no Swift symbol.
  static func demangled(_ symbol: String) -> String? {
    guard let pointer = swiftDemangle(symbol, symbol.utf8.count, nil, nil, 0) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  #if ELF
    /// A name of C++, where its runtime is loaded; `nil` for others.
    static func demangledCxx(_ symbol: String) -> String? {
      typealias Demangle =
        @convention(c) (
          UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int32>?
        ) -> UnsafeMutablePointer<CChar>?
      guard symbol.hasPrefix("_Z"), let function = dlsym(nil, "__cxa_demangle"),
        let pointer = unsafeBitCast(function, to: Demangle.self)(symbol, nil, nil, nil)
      else { return nil }
      defer { free(pointer) }
      return String(cString: pointer)
    }
  #endif
}

/// Part of the standard library's stable interface: the caller frees what it returns.
@_silgen_name("swift_demangle")
private func swiftDemangle(
  _ name: UnsafePointer<CChar>, _ length: Int, _ output: UnsafeMutablePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?
