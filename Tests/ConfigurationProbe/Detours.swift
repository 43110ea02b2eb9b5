import DatabaseInstrumentation
import DatabaseTesting
import Foundation
import Synchronization
import TestSupport

/// Prints how many want more of each statement than its record while an ORM declares something, and afterwards.
///
/// Alone in its process, since every other instrumentor counts as well.
func countDetours() async -> Never {
  func detours() -> Int { StatementDemand.shared.count(of: .detours) }
  func print(_ name: String, inside: Int) { Swift.print("\(name): \(inside) inside, \(detours()) afterwards") }
  struct Failure: Error {}

  Swift.print(ProcessObserver.current == nil ? "no observer" : "an observer")
  print("a load", inside: LoaderHooks.withLoad(.lazy, of: "author.books") { detours() })
  print("an identity load", inside: LoaderHooks.withIdentityLoad(of: "author") { detours() })
  let nested = LoaderHooks.withLoad(.lazy, of: "author.books") {
    LoaderHooks.withLoad(.lazy, of: "book.pages") { detours() }
  }
  print("a load in a load", inside: nested)
  var inside = 0
  try? LoaderHooks.withLoad(.lazy, of: "author.books") {
    inside = detours()
    throw Failure()
  }
  print("a load that fails", inside: inside)
  print("a flush", inside: FlushHooks.withFlush(new: ["book": 1]) { detours() })
  let flush = FlushHooks.willFlush(new: ["book": 1])
  print("a flush in parts", inside: flush.perform { detours() })
  flush.didFlush()
  flush.didFinishExecution()

  // A recording keeps what was declared, and an unstructured task its load.
  let (stream, end) = AsyncStream<Void>.makeStream()
  await withDatabaseRecorder { recorder in
    let task = LoaderHooks.withLoad(.lazy, of: "author.books") {
      let shop = try? Shop()
      _ = try? shop?.authors()
      return Task {
        for await _ in stream {}
        let inside = detours()
        _ = try? shop?.books(of: 1)
        return inside
      }
    }
    Swift.print("a load with a task that goes on: \(detours()) after its scope")
    end.finish()
    let inside = await task.value
    print("the task", inside: inside)
    Swift.print("declared loads: \(recorder.recording.selects.map { $0.load?.relationship ?? "none" })")
  }
  fflush(nil)
  exit(0)
}
