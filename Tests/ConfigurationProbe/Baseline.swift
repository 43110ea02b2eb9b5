import DatabaseRecording
import DatabaseTesting
import Foundation

/// Judges one finding of each of the tests `first..<last`, as `swift test` would where each has an N+1 or, once mended,
/// none.
func judgeFindings(_ arguments: [String]) -> Never {
  guard arguments.count >= 2, let first = Int(arguments[0]), let last = Int(arguments[1]) else {
    print("use: baseline FIRST LAST [mended] [in FOLDER]")
    exit(2)
  }
  if let index = arguments.firstIndex(of: "in"), arguments.indices.contains(index + 1) {
    _ = FileManager.default.changeCurrentDirectoryPath(arguments[index + 1])
  }
  let isMended = arguments.contains("mended")
  let finding = Finding(kind: .nPlusOne, headline: "Expected no N+1 queries.", relationship: "book.authorId")
  var failing = 0
  for number in first..<last {
    failing += BaselineRun.shared.judge(isMended ? [] : [finding], test: "Probe/Tests.swift test\(number)()").count
  }
  print("judged \(first) \(last): \(failing) findings")
  fflush(nil)
  exit(0)
}
