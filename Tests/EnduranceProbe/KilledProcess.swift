import DatabaseRecording
import DatabaseRunRecords
import DatabaseSupport
import DatabaseTesting
import Foundation

/// Programs in a loop, each a line of the record of the run. The process is killed in the middle.
func runUntilKilled(seed: UInt64) -> Never {
  var number: UInt64 = 0
  while true {
    do {
      try expectDatabase(.noLeaks.allowingNoQueries) {
        _ = try StatementProgram(seed: seed &+ number, file: nil).play()
      }
    } catch {
      print("seed \(seed &+ number): \(error)")
      exit(1)
    }
    number += 1
  }
}

/// A process that is killed at some moment: what it had recorded by then can be read.
struct KilledProcess {
  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  func play() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("endurance-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var generator = SeededGenerator(seed: seed)
    var child = try ChildProcess(
      arguments: ["child", "\(seed)"],
      environment: ProcessInfo.processInfo.environment.merging(["DATABASE_TESTING_REPORT": folder.path]) { $1 })
    // Until it has recorded something, and then for some time more.
    while child.isRunning, try !hasLine(in: folder) { usleep(2_000) }
    usleep(UInt32.random(in: 0...60_000, using: &generator))
    guard child.kill() == SIGKILL else { throw Wrong("a process that was to be killed ended, seed \(seed)") }
    guard let name = try names(in: folder).first else { throw Wrong("a killed process left no record, seed \(seed)") }
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    let (tests, damagedLines) = try RunRecordReader.tests(in: data, name: name)
    if tests.isEmpty || damagedLines > 1 {
      throw Wrong("a killed process left \(tests.count) calls and \(damagedLines) damaged lines, seed \(seed)")
    }
  }

  private func names(in folder: URL) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jsonl") }
  }

  private func hasLine(in folder: URL) throws -> Bool {
    guard let name = try names(in: folder).first else { return false }
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    // The header, and a call.
    return data.count { $0 == UInt8(ascii: "\n") } >= 2
  }
}
