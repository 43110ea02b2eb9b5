import DatabaseTesting
import Dispatch
import TestSupport
import Testing

/// The main actor is where the user interface waits, whichever thread it has.
@Suite struct MainThreadTests {
  private let shop: Shop

  init() throws { shop = try Shop() }

  private func contexts(_ recording: Recording) -> [Bool] { recording.queries.map(\.executionContext.isMainThread) }

  @MainActor @Test func aTestOnTheMainActor() async throws {
    let recording = try recordDatabase { _ = try shop.authors() }
    #expect(contexts(recording) == [true])
    #expect(recording.check(.noMainThreadQueries).map(\.kind) == [.mainThreadQuery])
    recording.expect(.noBlockingQueries)
  }

  /// On Linux it has another thread then.
  @MainActor @Test func afterItsSuspensions() async throws {
    let recording = try await recordDatabase { @MainActor in
      for _ in 0..<3 {
        await Task.yield()
        try await Task.sleep(for: .milliseconds(1))
        _ = try shop.authors()
      }
    }
    #expect(contexts(recording) == [true, true, true])
    #expect(recording.check(.noMainThreadQueries).map(\.count) == [3])
  }

  @Test func aCallThatHopsThere() async throws {
    @MainActor func show() throws { _ = try shop.authors() }
    let recording = try await recordDatabase {
      try await show()
      try await Task { @MainActor in _ = try shop.authors() }.value
      try await MainActor.run { _ = try shop.authors() }
    }
    #expect(contexts(recording) == [true, true, true])
  }

  @MainActor @Test func theSyncOfAQueueFromThere() throws {
    let queue = DispatchQueue(label: "database")
    let recording = try recordDatabase { _ = try queue.sync { try shop.authors() } }
    #expect(contexts(recording) == [true])
  }

  /// Without a task.
  @Test func theMainQueue() async throws {
    let recording = await recordDatabase {
      let scope = DatabaseRecorder.current
      await withCheckedContinuation { continuation in
        DispatchQueue.main.async {
          _ = try? scope?.bind { try shop.authors() }
          continuation.resume()
        }
      }
    }
    #expect(contexts(recording) == [true])
  }

  @MainActor @Test func aDriver() {
    let recording = recordDatabase {
      InstrumentedConnection("paper", system: .postgreSQL).statements.willExecute("SELECT 1").didExecute()
    }
    #expect(contexts(recording) == [true])
  }

  @MainActor @Test func whatCannotBePrepared() {
    let recording = recordDatabase { _ = try? shop.database.rows("SELECT a FROM nowhere") }
    #expect(recording.statements.map(\.executionContext.isMainThread) == [true])
  }

  // MARK: Elsewhere

  @MainActor @Test func whatTheMainActorAwaitsElsewhere() async throws {
    @concurrent func load() async throws { _ = try shop.authors() }
    actor Library {
      let shop: Shop
      init(_ shop: Shop) { self.shop = shop }
      func load() throws { _ = try shop.authors() }
    }
    let recording = try await recordDatabase { @MainActor in
      try await load()
      try await Library(shop).load()
      try await Task { @concurrent in _ = try shop.authors() }.value
    }
    #expect(contexts(recording) == [false, false, false])
    recording.expect(.noMainThreadQueries)
  }

  @MainActor @Test func aQueueOfItsOwn() async throws {
    let recording = await recordDatabase { @MainActor in
      let scope = DatabaseRecorder.current
      await withCheckedContinuation { continuation in
        DispatchQueue(label: "database").async {
          _ = try? scope?.bind { try shop.authors() }
          continuation.resume()
        }
      }
    }
    #expect(contexts(recording) == [false])
    recording.expect(.noMainThreadQueries, .noBlockingQueries)
  }

  @Test func aDriverElsewhere() async {
    let recording = await recordDatabase {
      await Task.detached { [scope = DatabaseRecorder.current] in
        scope?.bind {
          InstrumentedConnection("paper", system: .postgreSQL).statements.willExecute("SELECT 1").didExecute()
        }
      }.value
    }
    #expect(contexts(recording) == [false])
  }
}
