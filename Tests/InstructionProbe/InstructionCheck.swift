internal import Foundation

/// Compares what callgrind counted with the limits that are committed.
struct InstructionCheck {
  private let counts: [Count]
  private let limits: InstructionLimits
  private let limitsPath: String

  struct Count {
    var name: String
    /// Per operation.
    var instructions: Double
    /// Calls of the functions that allocate, per operation.
    var allocations: Double
  }

  /// - Parameters:
  ///   - folder: Holds `probes.txt`, the output of `InstructionProbe run`, and callgrind's files.
  ///   - limits: The path of the limits.
  init(folder: String, limits: String) throws {
    limitsPath = limits
    self.limits = try InstructionLimits(text: try String(contentsOfFile: limits, encoding: .utf8))
    let lines = try String(contentsOfFile: folder + "/probes.txt", encoding: .utf8).split(separator: "\n")
    counts = lines.enumerated().map { number, line in
      let fields = line.split(separator: "\t")
      guard fields.count == 2, let operations = Double(fields[1]) else { fail("cannot read probes.txt: \(line)") }
      // Callgrind numbers its files from 1, one for each end of the measured function.
      let path = "\(folder)/callgrind.out.\(number + 1)"
      guard let text = try? String(contentsOfFile: path, encoding: .utf8), let profile = CallgrindProfile(text) else {
        fail("callgrind wrote no \(path) for \"\(fields[0])\"")
      }
      return Count(
        name: String(fields[0]), instructions: Double(profile.instructions) / operations,
        allocations: Double(profile.allocations) / operations)
    }
  }

  /// Prints all counts and says what exceeds its limit.
  ///
  /// - Returns: Whether nothing does.
  func report() -> Bool {
    print("instructions  limit  allocations  per operation")
    var excesses: [String] = []
    for count in counts {
      let limit = limits.instructions[count.name]
      print(
        count.instructions.text.padded(12), (limit?.text ?? "-").padded(6),
        String(format: "%.2f", count.allocations).padded(12), "", count.name)
      if let limit, InstructionLimits.isForThisCompiler(limits.compiler), count.instructions > limit * 1.15 {
        let percent = Int((count.instructions / limit - 1) * 100)
        excesses.append(
          "\(count.name): \(count.instructions.text) instructions, \(percent) % more than the limit of \(limit.text)")
      }
      if let most = limits.allocations[count.name], count.allocations > most {
        excesses.append(
          "\(count.name): \(String(format: "%.3f", count.allocations)) allocations, where at most \(most) are allowed")
      }
    }
    if !InstructionLimits.isForThisCompiler(limits.compiler) {
      print(
        "note: the limits were counted with \(limits.compiler); with this compiler only ratios and allocations count")
    }
    print("\nratio  at most")
    for ratio in limits.ratios {
      guard let value = value(of: ratio) else { continue }
      print(String(format: "%.2f", value).padded(5), String(format: "%.2f", ratio.most).padded(8), "", ratio.name)
      if value > ratio.most {
        excesses.append(
          "\(ratio.name): \(String(format: "%.2f", value)), where at most \(String(format: "%.2f", ratio.most)) is allowed"
        )
      }
    }
    for name in limits.names.subtracting(counts.map(\.name)) where Self.isOfThisBuild(name) && !name.hasPrefix("GRDB") {
      excesses.append("\(name): has a limit and was not counted")
    }
    guard !excesses.isEmpty else { return true }
    print("\nerror: it costs more than \(limitsPath) allows:")
    for excess in excesses { print("  " + excess) }
    print(
      """
      Find the reason with: callgrind_annotate FILE, where FILE is the profile of that probe in .build-instructions.
      Where it is worth its cost: ./Tests/run --instructions --update, and say why in the commit.
      """)
    return false
  }

  /// Probes of a debug build have limits in the same file.
  private static func isOfThisBuild(_ name: String) -> Bool {
    #if DEBUG
      name.hasPrefix("debug: ")
    #else
      !name.hasPrefix("debug: ")
    #endif
  }

  private func value(of ratio: InstructionLimits.Ratio) -> Double? {
    guard let left = sum(ratio.left), let right = sum(ratio.right), right != 0 else { return nil }
    return left / right
  }

  /// `a - b`: what `a` costs beyond `b`.
  private func sum(_ names: [String]) -> Double? {
    let found = names.compactMap { name in counts.first { $0.name == name }?.instructions }
    guard found.count == names.count, let first = found.first else { return nil }
    return found.dropFirst().reduce(first, -)
  }

  /// Writes what was counted as the new limits; ratios and allocations stay.
  func update() throws {
    var updated = limits
    for count in counts where updated.instructions[count.name] != nil {
      updated.instructions[count.name] = count.instructions
    }
    let isNew = counts.filter { updated.instructions[$0.name] == nil }
    try updated.text(adding: isNew).write(toFile: limitsPath, atomically: true, encoding: .utf8)
    print("Wrote \(limitsPath).")
  }
}

extension Double {
  var text: String { self >= 100 ? String(Int(rounded())) : String(format: "%.1f", self) }
}

extension String {
  func padded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
