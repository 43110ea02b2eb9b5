import Dispatch
import TestSupport
import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct CallSiteTests {
  @Test(.needs(.lines)) func aFunction() throws {
    let site = try #require(Library().authors(#line).callSite())
    #expect(site.function == "Library.authors(_:)")
    #expect(site.fileName == "CallSiteTests.swift")
    #expect(site.module == "DatabaseCallSitesTests")
    #expect(site.line == Library.authorsLine)
    #expect(site.description == "CallSiteTests.swift:\(Library.authorsLine) in Library.authors(_:)")
  }

  @Test(.needs(.lines)) func aClosureIsKnownByTheFunctionItIsWrittenIn() throws {
    let site = try #require(Library().inClosure().callSite())
    #expect(site.function == "Library.inClosure()")
  }

  @Test(.needs(.lines)) func aGenericFunction() throws {
    let site = try #require(Library().generic([1, 2]).callSite())
    #expect(site.function == "Library.generic(_:)")
  }

  @Test(.needs(.lines)) func anAsynchronousFunctionAfterASuspension() async throws {
    let site = try #require(await Library().suspended().callSite())
    #expect(site.function == "Library.suspended()")
    #expect(site.line == Library.suspendedLine)
  }

  @Test(.needs(.lines)) func anActor() async throws {
    let site = try #require(await Shelf().stack().callSite())
    #expect(site.function == "Shelf.stack()")
  }

  @Test(.needs(.lines)) func aBlockOnAQueue() async throws {
    let stack = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: kept(StackTrace.capture())) }
    }
    let site = try #require(stack.callSite())
    #expect(site.function == "CallSiteTests.aBlockOnAQueue()")
  }

  @Test(.needs(.lines)) func anExtensionOfAForeignType() throws {
    let site = try #require([1].stackOfExtension().callSite())
    #expect(site.module == "DatabaseCallSitesTests")
    #expect(site.function.hasSuffix("stackOfExtension()"))
  }

  @Test(.needs(.lines)) func aCallInsideAnExpectation() throws {
    var stacks: [StackTrace] = []
    let line = #line + 1
    #expect(StackTrace.capture().kept(in: &stacks).words.isEmpty == false)
    #expect(stacks[0].callSite()?.line == line)
    #expect(stacks[0].callSite()?.fileName == "CallSiteTests.swift")
    #expect(stacks[0].callSite()?.function == "CallSiteTests.aCallInsideAnExpectation()")
  }

  @Test(.needs(.lines)) func aClosureInsideAnExpectation() throws {
    var stacks: [StackTrace] = []
    let line = #line + 1
    #expect([1].map { _ in StackTrace.capture().kept(in: &stacks).words.isEmpty } == [false])
    #if DEBUG  // Optimised, the line of an inlined call in a macro is the line in the macro.
      #expect(stacks[0].callSite()?.line == line)
    #endif
    #expect(stacks[0].callSite()?.fileName == "CallSiteTests.swift")
    #expect(stacks[0].callSite()?.function == "CallSiteTests.aClosureInsideAnExpectation()")
  }

  @Test(.needs(.lines)) func anExpectationOfAnError() throws {
    var stacks: [StackTrace] = []
    let line = #line + 2
    #expect(throws: CancellationError.self) {
      _ = StackTrace.capture().kept(in: &stacks)
      throw CancellationError()
    }
    #expect(stacks[0].callSite()?.line == line)
    #expect(stacks[0].callSite()?.function == "CallSiteTests.anExpectationOfAnError()")
  }

  @Test(.needs(.lines)) func aRequirement() throws {
    var stacks: [StackTrace] = []
    let line = #line + 1
    try #require(StackTrace.capture().kept(in: &stacks).words.count > 0)
    #expect(stacks[0].callSite()?.line == line)
  }

  @Test func `a function named by a sentence (in back quotes)`() throws {
    let site = try #require(kept(StackTrace.capture()).callSite())
    #expect(site.function == "CallSiteTests.`a function named by a sentence (in back quotes)`()")
  }

  @Test func equalStacksForIterationsAndDifferentOnesForLines() {
    var stacks: [StackTrace] = []
    for _ in 0..<3 { stacks.append(StackTrace.capture()) }
    stacks.append(StackTrace.capture())
    // An optimised loop may be unrolled: its addresses differ, its lines and columns do not.
    #expect(StackPlaces(stacks).merged == [[0, 1, 2], [3]])
    #expect(StackPlaces.areEqual(stacks[0], stacks[2]))
    #expect(!StackPlaces.areEqual(stacks[0], stacks[3]))
  }

  @Test(arguments: [
    [], [0], [1], [UInt.max], [0xFFFF_8000_0000_0000], [0xDEAD_BEEF], [1 << 47], Array(repeating: 7, count: 1_000),
  ])
  func addressesOfNothingAreUnknown(addresses: [UInt]) {
    let stack = StackTrace(words: addresses)
    #expect(stack.callSite() == nil)
    #expect(stack.databaseLibrary() == nil)
    #expect(Symbolicator.frames(of: stack).count == addresses.count)
  }

  @Test func marksAreNoFrames() {
    let stack = StackTrace(words: [7, 1 << 62, 9, 1 << 63 | 11, 1 << 61])
    let frames = Symbolicator.frames(of: stack)
    #expect(frames.map(\.word) == [7, 9, 1 << 63 | 11])
    #expect(frames.map(\.isAwaiting) == [false, false, true])
    #expect(frames.map(\.createdTasks) == [0, 1, 1])
    #expect(stack.callSite() == nil)
  }

  @Test(.needs(.lines)) func eightThreadsAtOnce() async {
    let functions = await withTaskGroup(of: String?.self) { group in
      for number in 0..<8 {
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue(label: "\(number)").async {
              continuation.resume(returning: Library().inClosure().callSite()?.function)
            }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(functions == Array(repeating: "Library.inClosure()", count: 8))
  }
}

extension StackTrace {
  fileprivate func kept(in stacks: inout [StackTrace]) -> StackTrace {
    stacks.append(self)
    return self
  }
}

/// Functions that differ: of equal ones the optimiser makes one, which has no line.
private struct Library {
  static let authorsLine = #line + 3

  @inline(never) func authors(_ line: Int) -> StackTrace {
    let stack = kept(StackTrace.capture())
    if stack.words.count == line { print(line) }
    return stack
  }

  @inline(never) func inClosure() -> StackTrace {
    [1].map { _ in kept(StackTrace.capture()) }[0]
  }

  @inline(never) func generic<T>(_ values: [T]) -> StackTrace {
    let stack = kept(StackTrace.capture())
    if values.isEmpty { print(stack) }
    return stack
  }

  static let suspendedLine = #line + 4

  func suspended() async -> StackTrace {
    await Task.yield()
    return kept(StackTrace.capture())
  }
}

private actor Shelf {
  func stack() -> StackTrace { kept(StackTrace.capture()) }
}

extension Array where Element == Int {
  @inline(never) fileprivate func stackOfExtension() -> StackTrace { kept(StackTrace.capture()) }
}
