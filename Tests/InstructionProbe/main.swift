// What the hot paths cost, as `./Tests/run --instructions` counts it. Three uses:
//
//   valgrind --tool=callgrind --zero-before=F --dump-after=F InstructionProbe run
//   where F is the mangled name of `measuredWork`, and
//
//   InstructionProbe check FOLDER LIMITS [--update]      reads what callgrind wrote to FOLDER
//
//   InstructionProbe time [NAME…]                        their times, for `./Tests/run --times`

internal import CSQLiteForTests
internal import Foundation

/// The function that callgrind is told to count in.
@inline(never)
func measuredWork(_ body: () -> Void) {
  body()
  // Without work after it the call would be a jump, and callgrind would not see this function end.
  measuredCount += 1
}

nonisolated(unsafe) private var measuredCount = 0  // One thread runs the cases.

/// For results that nobody reads.
@inline(never)
@_optimize(none)
func use<T>(_ value: T) {}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("error: \(message)\n".utf8))
  exit(1)
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "run":
  for probe in try Probe.all() where arguments.count == 1 || arguments.contains(probe.name) {
    try probe.run { measuredWork($0) }
    print(probe.line)
  }
case "time":
  // Two threads would wait for the lock of these statistics, whatever is recorded.
  _ = configureMemoryStatus(0)
  let all = try Probe.all() + threadProbes()
  try printTimes(of: all.filter { arguments.count == 1 || arguments.contains($0.name) })
case "check" where arguments.count >= 3:
  let check = try InstructionCheck(folder: arguments[2], limits: arguments[3])
  if arguments.contains("--update") {
    try check.update()
  } else if !check.report() {
    exit(1)
  }
default:
  fail(
    "use: InstructionProbe run [NAME…] | InstructionProbe time [NAME…] | InstructionProbe check FOLDER LIMITS [--update]"
  )
}
