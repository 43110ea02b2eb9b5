import CSQLiteHooks
import DatabaseSupport
import Testing

@Suite struct EnvironmentTests {
  /// C reads the switch when the hooks are installed, Swift when a statement becomes a span.
  @Test(arguments: [
    "0", "false", "no", "off", "FALSE", "No", "oFF", "1", "true", "yes", "on", "", "00", "of", "offf", " 0",
  ])
  func swiftAndCReadTheSwitchAlike(word: String) {
    #expect(dbh_switches_off(word) == !DatabaseEnvironment.value(word, default: true))
  }

  @Test func withoutTheVariableNothingIsOff() {
    #expect(!dbh_switches_off(nil))
    #expect(DatabaseEnvironment.value(nil, default: true))
  }
}
