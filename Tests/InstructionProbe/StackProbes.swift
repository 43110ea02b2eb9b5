internal import CCallStacks
internal import DatabaseInstrumentation
internal import DatabaseTesting

private let captures = 10_000

/// What is captured of a call that is awaited, as in a test on GRDB: about 14 synchronous frames and 10 awaiting ones. In debug builds,
/// too, where the same C code goes through the frames of such a build.
func stackProbes() throws -> [Probe] {
  #if DEBUG
    let build = "debug: "
  #else
    let build = ""
  #endif
  return [
    probe("\(build)call stack, awaited") { stacks in _ = dcs_stacks_capture(stacks.address) },
    probe("\(build)identity of a call stack, awaited") { _ in use(dcs_identity()) },
  ]
}

private func probe(_ name: String, _ capture: @escaping @Sendable (StackTable) -> Void) -> Probe {
  Probe(name, operations: captures) { measure in
    let stacks = StackTable()
    try recording {
      waitFor {
        await awaited(8) {
          called(10) {
            let stack = StackTrace.capture()
            guard stack.isComplete, stack.synchronous.count >= 12, stack.awaiting.count >= 8 else {
              fail("the call stack is not as it should be: \(stack.synchronous.count), \(stack.awaiting.count)")
            }
            // The first stacks of a process are compared with those of the unwinder.
            for _ in 0..<100 { capture(stacks) }
          }
        }
      }
      measure { waitFor { await awaited(8) { called(10) { for _ in 0..<captures { capture(stacks) } } } } }
    }
  }
}

@concurrent @inline(never)
private func awaited(_ depth: Int, _ body: @Sendable () -> Void) async {
  if depth == 0 { body() } else { await awaited(depth - 1, body) }
  use(depth)
}

@inline(never)
private func called(_ depth: Int, _ body: () -> Void) {
  if depth == 0 { body() } else { called(depth - 1, body) }
  use(depth)
}
