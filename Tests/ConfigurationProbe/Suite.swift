import DatabaseRecording
import DatabaseTesting
import Dispatch
import Foundation
import TestSupport

/// Runs the tests `first..<last` of a made-up suite, each in a scope of its own on a database of its own, and writes what
/// each was found to do and its query snapshot to files of its own in the working directory.
func runSuite(_ arguments: [String]) -> Never {
  guard arguments.count >= 2, let first = Int(arguments[0]), let last = Int(arguments[1]), first < last else {
    print("use: suite FIRST LAST [backward] [parallel]")
    exit(2)
  }
  let numbers = arguments.contains("backward") ? Array((first..<last).reversed()) : Array(first..<last)
  if arguments.contains("parallel") {
    DispatchQueue.concurrentPerform(iterations: numbers.count) { runTest(numbers[$0]) }
  } else {
    for number in numbers { runTest(number) }
  }
  print("ran \(numbers.count) tests")
  fflush(nil)
  exit(0)
}

private func runTest(_ number: Int) {
  do {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3 + number % 4, booksPerAuthor: 2) }
    let recording = try recordDatabase("test \(number)") { try runProgram(number % 5, on: shop) }
    let findings = recording.findings
    _ = BaselineRun.shared.judge(findings, test: "Probe/Tests.swift test\(number)()")
    // Durations are measured, and differ from run to run; everything else is compared to the byte.
    let messages = findings.map(\.message).joined(separator: "\n")
      .replacing(/[0-9.]+ (ns|µs|ms|s)(?=[ ,])/, with: "some time")
    try Data(messages.utf8).write(to: URL(fileURLWithPath: "findings \(number).txt"))
    let snapshot = QuerySnapshot(recording, including: [.strategies, .tables, .plans])
    try Data(snapshot.text.utf8).write(to: URL(fileURLWithPath: "snapshot \(number).txt"))
  } catch {
    print("test \(number) failed: \(error)")
  }
}

private func runProgram(_ program: Int, on shop: Shop) throws {
  switch program {
  case 0:
    try shop.authorsWithBooksOneByOne()
  case 1:
    try shop.authorsWithBooks()
  case 2:
    for _ in 0..<3 { _ = try shop.setting(7) }
  case 3:
    for key in 0..<8 { _ = try shop.setting(key) }
    try? shop.database.execute("INSERT INTO author VALUES (1, 'again')")
  default:
    try shop.authorsWithBooksOneByOne()
    for _ in 0..<2 { _ = try shop.authors() }
    try shop.database.execute("UPDATE author SET name = 'new' WHERE id = 1")
  }
}
