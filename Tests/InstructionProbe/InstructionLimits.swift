internal import Foundation

/// The file of limits: one a line, with comments after `#`.
///
/// ```text
/// compiler Swift 6.3 x86_64
/// instructions  1234  recorder, other statement
/// allocations   0.01  recorder, other statement
/// ratio         1.12  GRDB fetch, recorder  /  GRDB fetch
/// ```
///
/// Either side of a ratio may be a difference: `recorder, key lookup  -  statement without hooks`. What separates two names
/// stands between two spaces each.
struct InstructionLimits {
  struct Ratio {
    var most: Double
    var name: String
    var left: [String]
    var right: [String]
  }

  private(set) var compiler = ""
  var instructions: [String: Double] = [:]
  private(set) var allocations: [String: Double] = [:]
  private(set) var ratios: [Ratio] = []
  private let lines: [String]

  /// The names that must have been counted.
  var names: Set<String> { Set(instructions.keys).union(allocations.keys) }

  init(text: String) throws {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for line in lines where !line.isEmpty && !line.hasPrefix("#") {
      let fields = line.split(separator: " ", maxSplits: 1)
      guard fields.count == 2 else { fail("cannot read the limit: \(line)") }
      if fields[0] == "compiler" {
        compiler = fields[1].trimmed
        continue
      }
      let rest = fields[1].drop { $0 == " " }.split(separator: " ", maxSplits: 1)
      guard rest.count == 2, let number = Double(rest[0]) else { fail("cannot read the limit: \(line)") }
      let name = rest[1].trimmed
      switch fields[0] {
      case "instructions": instructions[name] = number
      case "allocations": allocations[name] = number
      case "ratio":
        let sides = name.components(separatedBy: "  /  ").map { $0.components(separatedBy: "  -  ").map(\.trimmed) }
        guard sides.count == 2 else { fail("a ratio has two sides, with \"  /  \" between them: \(line)") }
        ratios.append(Ratio(most: number, name: name, left: sides[0], right: sides[1]))
      default: fail("cannot read the limit: \(line)")
      }
    }
  }

  /// The same file with the present counts.
  func text(adding new: [InstructionCheck.Count]) -> String {
    var written = lines.map { line -> String in
      if line.hasPrefix("compiler ") { return "compiler " + Self.thisCompiler }
      guard line.hasPrefix("instructions "),
        let name = instructions.keys.first(where: { line.hasSuffix(" " + $0) && line.contains("  " + $0) })
      else { return line }
      return Self.line(name, instructions[name] ?? 0)
    }
    while written.last?.isEmpty == true { written.removeLast() }
    written += new.map { Self.line($0.name, $0.instructions) }
    return written.joined(separator: "\n") + "\n"
  }

  private static func line(_ name: String, _ count: Double) -> String {
    "instructions " + count.text.padded(8) + "  " + name
  }

  static func isForThisCompiler(_ compiler: String) -> Bool { compiler == thisCompiler }

  static var thisCompiler: String {
    #if compiler(>=6.4)
      let version = "6.4 or newer"
    #elseif compiler(>=6.3)
      let version = "6.3"
    #else
      let version = "6.2"
    #endif
    #if arch(x86_64)
      return "Swift \(version) x86_64"
    #elseif arch(arm64)
      return "Swift \(version) arm64"
    #else
      return "Swift \(version)"
    #endif
  }
}

extension StringProtocol {
  var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
