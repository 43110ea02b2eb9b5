internal import DatabaseRunRecords
internal import Foundation

/// The few fields of a line that tell which test it is of, found without decoding the rest of it.
struct LineKey: Equatable {
  private(set) var module = ""
  private(set) var file = ""
  private(set) var name = ""
  private(set) var line = ""
  private(set) var suite: String?
  private(set) var call: String?
  /// As `RunRecord.Test.id`.
  private(set) var id = ""
  /// As `RunRecord.Test.case`.
  private(set) var testCase: String?
  private(set) var started = 0.0

  /// - Parameter bytes: One object of JSON. Where it is none, what is found of it is meaningless, and nothing traps.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    var scanner = Scanner(bytes: bytes)
    while let (key, value) = scanner.nextField() {
      switch key {
      case "module": module = Self.text(value)
      case "file": file = Self.text(value)
      case "name": name = Self.text(value)
      case "line": line = String(decoding: value, as: UTF8.self)
      case "id": id = String(decoding: value, as: UTF8.self)
      case "suite": suite = Self.text(value)
      case "call": call = Self.text(value)
      case "case": testCase = Self.text(value)
      case "started": started = Double(String(decoding: value, as: UTF8.self)) ?? 0
      default: break
      }
    }
  }

  private static func text(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    guard value.count >= 2, value.contains(UInt8(ascii: "\\")) else {
      return String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
    }
    return (try? JSONDecoder().decode(String.self, from: Data(value))) ?? String(decoding: value, as: UTF8.self)
  }

  /// Walks through the fields of the outermost object.
  private struct Scanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var index = 1

    mutating func nextField() -> (key: String, value: Slice<UnsafeBufferPointer<UInt8>>)? {
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += 1 }
      guard index < bytes.count else { return nil }
      let keyStart = index + 1
      skipString()
      guard index < bytes.count else { return nil }
      let key = String(decoding: bytes[keyStart..<(index - 1)], as: UTF8.self)
      while index < bytes.count, bytes[index] != UInt8(ascii: ":") { index += 1 }
      index += 1
      guard index < bytes.count else { return nil }
      let start = index
      skipValue()
      return (key, bytes[start..<min(index, bytes.count)])
    }

    /// From an opening quote to behind the closing one.
    private mutating func skipString() {
      index += 1
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      index += 1
    }

    private mutating func skipValue() {
      var depth = 0
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\""):
          skipString()
          if depth == 0 { return }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          guard depth > 0 else { return }
          depth -= 1
          if depth == 0 {
            index += 1
            return
          }
        case UInt8(ascii: ",") where depth == 0: return
        default: break
        }
        index += 1
      }
    }
  }
}
