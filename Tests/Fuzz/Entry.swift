import Foundation

// libFuzzer has the `main` of this program and calls one function, for every input. Which reader gets it says the environment,
// as `./Tests/run --fuzz` sets it: DATABASE_FUZZ is shape, record, baseline, snapshot or postgres.

private let target: @Sendable (UnsafeBufferPointer<UInt8>) -> Void = {
  switch ProcessInfo.processInfo.environment["DATABASE_FUZZ"] {
  case "shape": fuzzShape
  case "record": fuzzRecord
  case "baseline": fuzzBaseline
  case "snapshot": fuzzSnapshot
  case "postgres": fuzzPostgres
  default:
    fatalError(
      "DATABASE_FUZZ is none of shape, record, baseline, snapshot and postgres; use ./Tests/run --fuzz SECONDS")
  }
}()

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(UnsafeBufferPointer(start: start, count: count))
  return 0
}
