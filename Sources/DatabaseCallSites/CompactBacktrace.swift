#if canImport(Runtime) && ELF && _pointerBitWidth(_64)
  #if canImport(FoundationEssentials)
    internal import FoundationEssentials
  #else
    internal import Foundation
  #endif
  internal import Runtime

  /// A `Backtrace` of places in code that we know, with a map of images that we made.
  ///
  /// `Backtrace` has no such initialiser, but it can be decoded from the compact formats that the Swift project documents
  /// (docs/CompactBacktraceFormat.md and docs/CompactImageMapFormat.md).
  struct CompactBacktrace: Encodable {
    private let architecture: String
    private let backtrace: String
    private let imageMap: String
    private let images: [LoadedImage]

    private enum CodingKeys: CodingKey { case architecture, backtrace, imageMap }

    private enum Code {
      /// Version 0, words of 64 bits.
      static let header: UInt8 = 0x02
      /// An absolute address in the six bytes that follow, most significant first: of an instruction, behind a call, and where
      /// an awaiting function is resumed.
      static let instruction: UInt8 = 0x1D
      static let returnAddress: UInt8 = 0x2D
      static let resume: UInt8 = 0x3D
      static let end: UInt8 = 0x00
      /// A base address and the offset of the end of its text, both in eight bytes.
      static let image: UInt8 = 7 << 3 | 7
      static let longestString = 63
    }

    /// A place in code, by its address in the process.
    enum Entry: Hashable {
      case instruction(UInt)
      case returnAddress(UInt)
      case resume(UInt)

      fileprivate var code: UInt8 {
        switch self {
        case .instruction: Code.instruction
        case .returnAddress: Code.returnAddress
        case .resume: Code.resume
        }
      }

      var address: UInt {
        switch self {
        case .instruction(let address), .returnAddress(let address), .resume(let address): address
        }
      }
    }

    init(_ entries: [Entry], images: [LoadedImage]) {
      var bytes = [Code.header]
      // Addresses of user space have at most 47 bits: anything else is none, and would be read with a sign.
      for entry in entries where entry.address < 1 << 47 {
        bytes.append(entry.code)
        bytes += Self.bytes(of: entry.address).dropFirst(2)
      }
      bytes.append(Code.end)
      backtrace = Data(bytes).base64EncodedString()
      imageMap = Data(Self.map(of: images)).base64EncodedString()
      self.images = images
      #if arch(x86_64)
        architecture = "x86_64"
      #elseif arch(arm64)
        architecture = "arm64"
      #else
        architecture = "unknown"
      #endif
    }

    /// - Returns: `nil` where this version of Swift reads another format.
    func decoded() -> Backtrace? {
      guard let json = try? JSONEncoder().encode(self),
        let backtrace = try? JSONDecoder().decode(Backtrace.self, from: json), let map = backtrace.images,
        map.count == images.count,
        zip(map, images).allSatisfy({ UInt64($0.baseAddress) == UInt64($1.base) && $0.path == $1.path })
      else { return nil }
      return backtrace
    }

    private static func map(of images: [LoadedImage]) -> [UInt8] {
      let platform = Array("Linux".utf8)
      var bytes = [Code.header, UInt8(platform.count)] + platform + count(images.count)
      for image in images {
        bytes.append(Code.image)
        bytes += self.bytes(of: image.base)
        bytes += self.bytes(of: image.endOfText - image.base)
        // No build ID.
        bytes.append(0)
        var path = Array(image.path.utf8)[...]
        while !path.isEmpty {
          let part = path.prefix(Code.longestString)
          bytes.append(UInt8(part.count))
          bytes += part
          path = path.dropFirst(part.count)
        }
        bytes.append(Code.end)
      }
      return bytes
    }

    private static func bytes(of word: UInt) -> [UInt8] {
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt($0)) }
    }

    /// Seven bits in a byte, the most significant first; all but the last have the eighth bit.
    private static func count(_ number: Int) -> [UInt8] {
      var bytes = [UInt8(number & 0x7F)]
      var rest = number >> 7
      while rest > 0 {
        bytes.insert(0x80 | UInt8(rest & 0x7F), at: 0)
        rest >>= 7
      }
      return bytes
    }
  }
#endif
