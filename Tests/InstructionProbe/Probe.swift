internal import Dispatch

/// One piece of work whose instructions are counted.
struct Probe {
  /// Unique; the limits name it.
  var name: String
  /// What one count is of: statements, bytes.
  var operations: Int
  /// Prepares, and calls its argument with the work once.
  var run: (_ measure: (() -> Void) -> Void) throws -> Void

  init(
    _ name: String, operations: Int, _ run: @escaping (_ measure: (() -> Void) -> Void) throws -> Void
  ) {
    self.name = name
    self.operations = operations
    self.run = run
  }

  /// How the check learns which count is whose.
  var line: String { "\(name)\t\(operations)" }

  /// In the order in which they run: in a debug build what a suite pays, in a release build all else.
  static func all() throws -> [Probe] {
    #if DEBUG
      return try scopeProbes() + stackProbes()
    #else
      return try optimisedProbes()
    #endif
  }

  private static func optimisedProbes() throws -> [Probe] {
    var probes: [Probe] = []
    probes += try statementProbes()
    probes += writeProbes()
    probes += try libraryProbes()
    probes += shapeProbes()
    probes += analysisProbes()
    probes += try poolProbes()
    probes += reportProbes()
    probes += try stackProbes()
    return probes
  }
}

/// Waits for work in a task of its own, within the recording of the caller.
func waitFor(_ work: @escaping @Sendable () async throws -> Void) {
  let done = DispatchSemaphore(value: 0)
  Task {
    do { try await work() } catch { fail("the pool failed: \(error)") }
    done.signal()
  }
  done.wait()
}
