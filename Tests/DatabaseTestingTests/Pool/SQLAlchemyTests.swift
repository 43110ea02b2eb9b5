import DatabaseSupport
import Foundation
import Testing

@testable import DatabaseInstrumentation
@testable import DatabaseTesting

/// Plays random scripts on a `FakePool` with `.sqlAlchemy` and on SQLAlchemy itself, and compares the events.
///
/// `./Tests/run --sqlalchemy` installs SQLAlchemy and names the Python that has it.
struct SQLAlchemyTests {
  private static let python = ProcessInfo.processInfo.environment["DATABASE_TESTING_SQLALCHEMY"]

  @Test(.enabled(if: python != nil), .timeLimit(.minutes(5))) func fourHundredScriptsHaveTheSameEvents() throws {
    let scripts = (1...400).map { Script(seed: UInt64($0)) }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("scripts-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(scripts.map(\.json).joined(separator: "\n").utf8).write(to: file)
    let lines = try Self.replay(file)
    try #require(lines.count == scripts.count)
    var different: [String] = []
    for (script, line) in zip(scripts, lines) {
      let theirs = try JSONDecoder().decode([String].self, from: Data(line.utf8))
      let ours = ScriptPlayer(script).play()
      if let difference = Self.difference(ours, theirs, script) { different.append(difference) }
    }
    #expect(different.isEmpty, "\(different.count) of 400 differ:\n\(different.prefix(5).joined(separator: "\n"))")
  }

  private static func replay(_ file: URL) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python ?? "")
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    process.arguments = [folder.appendingPathComponent("SQLAlchemy/replay.py").path, file.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The first operation after which the events are not the same.
  private static func difference(_ ours: [String], _ theirs: [String], _ script: Script) -> String? {
    guard ours != theirs else { return nil }
    let (a, b) = (
      ours.split(separator: "|", omittingEmptySubsequences: false),
      theirs.split(separator: "|", omittingEmptySubsequences: false)
    )
    for (index, (one, other)) in zip(a, b).enumerated() where one != other {
      let before = script.operations[..<index].map(\.description).joined(separator: " ")
      return """
        seed \(script.seed), size \(script.size)+\(script.overflow), recycle \(script.recycle): \(before)
          then \(script.operations[index]): ours \(Array(one)), SQLAlchemy's \(Array(other))
        """
    }
    return "seed \(script.seed): not as long"
  }
}

struct Script {
  struct Operation: CustomStringConvertible {
    var name: String
    var number: Int

    var description: String { "\(name)(\(number))" }
  }

  let seed: UInt64
  let size: Int
  let overflow: Int
  let recycle: Int
  let operations: [Operation]

  init(seed: UInt64) {
    self.seed = seed
    var generator = SeededGenerator(seed: seed &+ 1_000)
    func pick(_ upper: Int) -> Int { Int.random(in: 0..<upper, using: &generator) }
    size = 1 + pick(3)
    overflow = pick(3)
    recycle = pick(2) == 0 ? -1 : 10
    var operations: [Operation] = []
    var held: [Int] = []
    var detached: [Int] = []
    for step in 1...40 {
      let isHeld = !held.isEmpty
      switch pick(100) {
      case ..<38:
        operations.append(Operation(name: "checkout", number: step))
        held.append(step)
      case ..<66 where isHeld: operations.append(Operation(name: "checkin", number: held.remove(at: pick(held.count))))
      case ..<71 where isHeld:
        operations.append(Operation(name: "invalidate", number: held.remove(at: pick(held.count))))
      case ..<74 where isHeld: operations.append(Operation(name: "softInvalidate", number: held[pick(held.count)]))
      case ..<76 where isHeld:
        operations.append(Operation(name: "invalidateAll", number: held.remove(at: pick(held.count))))
      case ..<80 where isHeld:
        detached.append(held.remove(at: pick(held.count)))
        operations.append(Operation(name: "detach", number: detached[detached.count - 1]))
      case ..<83 where !detached.isEmpty:
        operations.append(Operation(name: "closeDetached", number: detached.remove(at: pick(detached.count))))
      case ..<87: operations.append(Operation(name: "failOpen", number: 1))
      case ..<90: operations.append(Operation(name: "failReset", number: 1))
      case ..<93: operations.append(Operation(name: "disconnect", number: 1 + pick(2)))
      case ..<95: operations.append(Operation(name: "reject", number: 1))
      default: operations.append(Operation(name: "advance", number: [4, 7, 11][pick(3)]))
      }
    }
    self.operations = operations
  }

  var json: String {
    let list = operations.map { "[\"\($0.name)\", \($0.number)]" }.joined(separator: ", ")
    return "{\"size\": \(size), \"overflow\": \(overflow), \"recycle\": \(recycle), \"operations\": [\(list)]}"
  }
}

/// Plays a script on a fake pool, and notes what SQLAlchemy has an event for.
private final class ScriptPlayer {
  /// What is told to happen next, and how often.
  private final class Coming: Sendable {
    let counts = Locked<[String: Int]>([:])

    func take(_ name: String) -> Bool {
      counts.withLock { counts in
        guard counts[name, default: 0] > 0 else { return false }
        counts[name, default: 0] -= 1
        return true
      }
    }
  }

  private let script: Script
  private let pool: StubPool
  private let coming = Coming()
  private var leases: [Int: StubPool.Lease] = [:]
  private var detached: [Int: StubPool.DetachedConnection] = [:]
  private var log: [String] = []
  private var seen = 0

  init(_ script: Script) {
    self.script = script
    let coming = coming
    pool = stubPool(size: PoolSize(script.size), overflow: PoolSize(script.overflow), .sqlAlchemy) {
      $0.timeout = .zero
      $0.recycleAfter = script.recycle < 0 ? nil : .seconds(script.recycle)
    } driver: { driver in
      driver.open = {
        if coming.take("failOpen") { throw Refused() }
        return Stub()
      }
      driver.reset = { _, _ in if coming.take("failReset") { throw Refused() } }
      driver.willCheckOut = { _ in
        if coming.take("disconnect") { throw FakePoolDisconnected() }
        if coming.take("reject") { throw Refused() }
      }
    }
  }

  func play() -> [String] {
    for operation in script.operations {
      play(operation)
      collect()
      log.append("|")
    }
    for lease in leases.values { try? lease.checkin() }
    for connection in detached.values { connection.close() }
    return log
  }

  private func play(_ operation: Script.Operation) {
    let number = operation.number
    switch operation.name {
    case "checkout":
      do { leases[number] = try pool.checkoutImmediately() } catch {
        collect()
        log.append("failed 0")
      }
    case "failOpen", "failReset", "disconnect", "reject":
      coming.counts.withLock { $0[operation.name, default: 0] += number }
    case "advance": try? pool.advance(by: .seconds(number))
    case "closeDetached":
      // SQLAlchemy does not close a detached connection whose reset fails, which is its own mistake.
      coming.counts.withLock { $0["failReset"] = 0 }
      detached.removeValue(forKey: number)?.close()
    case "checkin": try? leases.removeValue(forKey: number)?.checkin()
    case "invalidate": try? leases.removeValue(forKey: number)?.invalidate()
    case "softInvalidate": try? leases[number]?.invalidateSoftly()
    case "invalidateAll": try? leases.removeValue(forKey: number)?.invalidateAll()
    case "detach": detached[number] = leases.removeValue(forKey: number).flatMap { try? $0.detach() }
    default: break
    }
  }

  private func collect() {
    let events = pool.events
    for event in events where event.sequence > seen {
      guard let name = Self.names[event.kind.name] else { continue }
      log.append("\(name) \(name == "checkin" ? 0 : event.connection ?? 0)")
    }
    seen = events.last?.sequence ?? seen
  }

  private static let names = [
    "firstConnect": "first_connect", "connect": "connect", "checkout": "checkout", "checkin": "checkin",
    "reset": "reset", "invalidate": "invalidate", "softInvalidate": "soft_invalidate", "detach": "detach",
    "close": "close", "closeDetached": "close_detached",
  ]
}
