internal import DatabaseInstrumentation
import DatabaseSupport

/// Prints the times of probes, which take turns: where a machine is slower for a while, it is so for all of them, and the
/// differences between them hold.
func printTimes(of probes: [Probe]) throws {
  let rounds = 100
  var times = probes.map { _ in [Double]() }
  for _ in 0..<rounds {
    for (index, probe) in probes.enumerated() {
      try probe.run { work in
        let start = monotonicNanoseconds()
        work()
        times[index].append(Double(monotonicNanoseconds() - start) / Double(probe.operations))
      }
    }
  }
  print("nanoseconds for each operation, of \(rounds) rounds")
  print(" fastest  10th of 100   median")
  for (probe, times) in zip(probes, times) {
    let sorted = times.sorted()
    print(
      sorted[0].text.padded(8), sorted[sorted.count / 10].text.padded(12), sorted[sorted.count / 2].text.padded(8), "",
      probe.name)
  }
}
