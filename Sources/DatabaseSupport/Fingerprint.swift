/// The hash that stands for a shape in files: equal on every machine, in every run, and in every version.
///
/// With `n` the number of bytes, all arithmetic modulo 2⁶⁴, and `mix(h) = h ^ (h >> 32)`:
///
/// 1. `h = 0x9E3779B97F4A7C15 ^ (n × 0xC2B2AE3D27D4EB4F)`.
/// 2. For each eight bytes, read as a little-endian number `w`: `h = mix((h ^ w) × 0xD6E8FEB86659FD93)`.
///    A rest of one to seven bytes is filled up with zeros and taken as one more such number.
/// 3. The result is `mix(mix(h) × 0xD6E8FEB86659FD93)`.
///
/// It is no cryptographic hash: who chooses the text can make two of them collide.
package enum Fingerprint {
  private static let multiplier: UInt64 = 0xD6E8_FEB8_6659_FD93

  package static func of(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { of($0) }
  }

  package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ (UInt64(bytes.count) &* 0xC2B2_AE3D_27D4_EB4F)
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index + 8 <= raw.count {
      hash = mix((hash ^ UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))) &* multiplier)
      index += 8
    }
    if index < raw.count {
      var rest: UInt64 = 0
      for offset in index..<raw.count { rest |= UInt64(raw[offset]) << UInt64(8 * (offset - index)) }
      hash = mix((hash ^ rest) &* multiplier)
    }
    return mix(mix(hash) &* multiplier)
  }

  @inline(__always)
  private static func mix(_ hash: UInt64) -> UInt64 { hash ^ (hash >> 32) }
}
