internal import CCallStacks

/// Ends the process where a rule of our own is broken, while this repository's tests run.
///
/// `assert` alone would do so in an app's suite as well, which is a debug build: see `CCallStacksAssertions.h`.
@inline(__always)
func assertRule(
  _ holds: @autoclosure () -> Bool, _ rule: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  assert(!dcs_checks_rules() || holds(), rule(), file: file, line: line)
}
