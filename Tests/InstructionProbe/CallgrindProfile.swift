/// One profile as callgrind writes it: its total, and how often memory was allocated.
///
/// See [the format](https://valgrind.org/docs/manual/cl-format.html).
struct CallgrindProfile {
  private(set) var instructions = 0
  private(set) var allocations = 0

  private static let allocators: Set<String> = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"]

  /// - Returns: `nil` for a text without a total.
  init?(_ text: String) {
    // The first mention of a function gives its number a name: `cfn=(12) malloc`, then `cfn=(12)`.
    var names: [Substring: Substring] = [:]
    var callee: Substring = ""
    var hasTotal = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("fn=") || line.hasPrefix("cfn=") {
        let value = line[line.index(after: line.firstIndex(of: "=")!)...]
        let parts = value.split(separator: " ", maxSplits: 1)
        if parts.count == 2 { names[parts[0]] = parts[1] }
        if line.hasPrefix("c") { callee = names[parts[0]] ?? value }
      } else if line.hasPrefix("calls=") {
        let count = Int(line.dropFirst(6).prefix { $0.isNumber }) ?? 0
        if Self.allocators.contains(String(callee)) { allocations += count }
      } else if line.hasPrefix("summary:") {
        // Not `totals:`, which has also what callgrind had counted of a function before it was told to begin anew.
        if let total = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
          instructions = total
          hasTotal = true
        }
      }
    }
    if !hasTotal { return nil }
  }
}
