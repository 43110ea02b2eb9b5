// Random programs for as long as it is told, each of which counts for itself what it sends: recordings must say the same. `./Tests/run --endurance`.
//
//   EnduranceProbe SECONDS SEED        rounds of programs at once, in tasks and on threads, with forks and kills in between
//   EnduranceProbe fork SEED           a program, and one in each of two processes after a fork
//   EnduranceProbe child SEED          programs until the process is killed, with a record of its run
//
// A program follows from its seed alone, which is SEED plus its number. The first that comes out wrong ends the run with its seed.

import DatabaseTesting
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "child", let seed = arguments.last.flatMap(UInt64.init) { runUntilKilled(seed: seed) }
#if os(Linux)
  if arguments.first == "fork", let seed = arguments.last.flatMap(UInt64.init) { runForking(seed: seed) }
#endif
guard arguments.count == 2, let seconds = Double(arguments[0]), let seed = UInt64(arguments[1]) else {
  print("use: SECONDS SEED")
  exit(2)
}
do {
  var run = Run(seed: seed)
  try await run.go(on: seconds)
} catch {
  print("wrong: \(error)")
  fflush(nil)
  exit(1)
}
exit(0)
