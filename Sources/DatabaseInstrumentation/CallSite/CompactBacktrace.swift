#if canImport(Runtime) && os(Linux)
  #if canImport(FoundationEssentials)
    internal import FoundationEssentials
  #else
    internal import Foundation
  #endif
  internal import Runtime

  /// A `Backtrace` of addresses that we captured ourselves.
  ///
  /// `Backtrace` has no such initialiser, but it can be decoded from the compact format that the Swift project documents
  /// (docs/Backtracing.rst, "Compact backtrace format"): the size of a word, then for each frame an opcode and an address.
  struct CompactBacktrace: Encodable {
    private let architecture: String
    private let backtrace: String

    private enum Code {
      static let wordsOf64Bits: UInt8 = 0x02
      /// An absolute return address in the six bytes that follow, most significant first.
      static let returnAddress: UInt8 = 0x2D
      static let end: UInt8 = 0x00
    }

    init(returnAddresses: [UInt]) {
      var bytes = [Code.wordsOf64Bits]
      // Addresses of user space have at most 47 bits: anything else is none, and would be read with a sign.
      for address in returnAddresses where address < 1 << 47 {
        bytes.append(Code.returnAddress)
        for shift in stride(from: 40, through: 0, by: -8) {
          bytes.append(UInt8(truncatingIfNeeded: address >> UInt(shift)))
        }
      }
      bytes.append(Code.end)
      backtrace = Data(bytes).base64EncodedString()
      #if arch(x86_64)
        architecture = "x86_64"
      #elseif arch(arm64)
        architecture = "arm64"
      #else
        architecture = "unknown"
      #endif
    }

    func decoded() -> Backtrace? {
      guard let json = try? JSONEncoder().encode(self) else { return nil }
      return try? JSONDecoder().decode(Backtrace.self, from: json)
    }
  }
#endif
