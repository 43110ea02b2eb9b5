import Foundation

/// This program once more. `Process` waits for its end with the run loop of the thread, which a thread that runs tasks has none of.
struct ChildProcess {
  private var id: pid_t = 0
  private var status: Int32?

  init(arguments: [String], environment: [String: String]) throws {
    let program = "/proc/self/exe"
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    let code = posix_spawn(&id, program, nil, nil, &words, &variables)
    guard code == 0 else { throw Wrong("no process could be started: \(String(cString: strerror(code)))") }
  }

  var isRunning: Bool {
    mutating get {
      var ended: Int32 = 0
      if status == nil, waitpid(id, &ended, WNOHANG) == id { status = ended }
      return status == nil
    }
  }

  /// Waits for its end.
  ///
  /// - Returns: Whether it ended by itself, with the code 0.
  mutating func isRight() -> Bool {
    var ended: Int32 = 0
    while status == nil { if waitpid(id, &ended, 0) == id { status = ended } else if errno != EINTR { return false } }
    return status == 0
  }

  /// The signal that ended it; 0: it ended by itself.
  mutating func kill() -> Int32 {
    if isRunning {
      _ = Foundation.kill(id, SIGKILL)
      var ended: Int32 = 0
      while waitpid(id, &ended, 0) != id, errno == EINTR {}
      status = ended
    }
    return (status ?? 0) & 0x7F
  }
}
