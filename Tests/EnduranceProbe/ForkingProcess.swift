import DatabaseTesting
import Foundation

#if os(Linux)
  /// Records, forks, and records in both: for a process that has done something with SQLite, on one thread alone, since no lock of SQLite's is
  /// free in a child where another thread had it.
  func runForking(seed: UInt64) -> Never {
    func play(_ seed: UInt64) -> Bool {
      do {
        _ = try StatementProgram(seed: seed, file: nil).play()
        return true
      } catch {
        print("beside a fork, seed \(seed): \(error)")
        fflush(nil)
        return false
      }
    }
    guard play(seed) else { exit(1) }
    fflush(nil)
    let child = fork()
    guard child != 0 else { _exit(play(seed &+ 1) ? 0 : 1) }
    let isRight = play(seed &+ 2)
    var status: Int32 = 0
    while waitpid(child, &status, 0) != child, errno == EINTR {}
    exit(isRight && status == 0 ? 0 : 1)
  }

  /// A process of its own that forks.
  struct ForkingProcess {
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    func play() throws {
      var process = try ChildProcess(arguments: ["fork", "\(seed)"], environment: ProcessInfo.processInfo.environment)
      guard process.isRight() else { throw Wrong("a process that forked came out wrong, seed \(seed)") }
    }
  }
#endif
