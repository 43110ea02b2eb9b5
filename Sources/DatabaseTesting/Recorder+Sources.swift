internal import CTestObserverAtLoad
internal import DatabaseInstrumentation
internal import DatabaseRecording

#if SQLite
  internal import CSQLiteInstallAtLoad
  internal import SQLiteInstrumentation
#endif

extension DatabaseRecorder {
  /// A recorder for a test: with the sources of this module asked whether they work.
  ///
  /// - Parameter test: The name of the test, where the test framework opens the scope around it.
  static func started(_ label: String, test: String? = nil, at location: CodeLocation) -> DatabaseRecorder {
    _ = sources
    return DatabaseRecorder(
      label, test: test ?? Runner.currentTestName, testName: Runner.testName, isWholeTest: test != nil, at: location)
  }

  private static let sources: Void = {
    Runner.tellTestNames
    _ = StartFolder.url
    // Keeps the module in the program that observes XCTest when it is loaded.
    _ = cto_observes_at_load()
    if DatabaseLeakGuard.isWanted { DatabaseLeakGuard.install() }
    #if SQLite
      // Keeps the module in the program that installs the hooks when it is loaded.
      _ = dbh_installs_at_load()
      SQLiteInstrumentor.registerAsSource()
    #endif
  }()
}
