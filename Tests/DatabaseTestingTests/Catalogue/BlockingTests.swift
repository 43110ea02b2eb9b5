import DatabaseTesting
import Dispatch
import Foundation
import TestSupport
import Testing

/// Which thread a query runs on, told from real threads, tasks, actors and queues.
@Suite struct BlockingTests {
  private func contexts(_ recording: Recording) -> [Bool] {
    recording.queries.map(\.executionContext.isSharedThread)
  }

  @Test func aSynchronousCallOfAnAsynchronousFunctionBlocks() async throws {
    let shop = try Shop()
    @concurrent func load() async throws { _ = try shop.authors() }
    let recording = try await recordDatabase { try await load() }
    #expect(contexts(recording) == [true])
    #expect(recording.check(.noBlockingQueries).map(\.count) == [1])
    recording.expect(.noMainThreadQueries)
  }

  @Test func soDoesATaskAndADefaultActor() async throws {
    let shop = try Shop()
    actor Library {
      let shop: Shop
      init(_ shop: Shop) { self.shop = shop }
      func load() throws { _ = try shop.authors() }
    }
    let recording = try await recordDatabase {
      try await Task { _ = try shop.authors() }.value
      try await Library(shop).load()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try shop.authors() }
        try await group.waitForAll()
      }
    }
    #expect(contexts(recording) == [true, true, true])
  }

  @Test func soDoesTheSyncOfAQueueFromATask() async throws {
    let shop = try Shop()
    let queue = DispatchQueue(label: "database")
    let recording = try await recordDatabase {
      try await Task { _ = try queue.sync { try shop.authors() } }.value
    }
    #expect(contexts(recording) == [true])
  }

  @Test func workOnAQueueOrThreadOfItsOwnDoesNot() async throws {
    let shop = try Shop()
    let recording = await recordDatabase {
      let scope = DatabaseRecorder.current
      await withCheckedContinuation { continuation in
        DispatchQueue(label: "database").async {
          _ = try? scope?.bind { try shop.authors() }
          continuation.resume()
        }
      }
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          _ = try? scope?.bind { try shop.authors() }
          continuation.resume()
        }
      }
    }
    #expect(contexts(recording) == [false, false])
    recording.expect(.noBlockingQueries, .noMainThreadQueries)
  }

  @Test func anActorWithAnExecutorOfItsOwnDoesNot() async throws {
    let shop = try Shop()
    let recording = try await recordDatabase {
      try await DatabaseActor(shop).load()
    }
    #expect(contexts(recording) == [false])
  }

  @Test func aTaskThatPrefersAnotherExecutorDoesNot() async throws {
    let shop = try Shop()
    let executor = QueueTaskExecutor()
    let recording = try await recordDatabase {
      try await withTaskExecutorPreference(executor) {
        try await Task(executorPreference: executor) { _ = try shop.authors() }.value
      }
    }
    #expect(contexts(recording) == [false])
  }

  @Test func anEventLoopIsKnownByItsName() async throws {
    let shop = try Shop()
    for (name, isLoop) in [("NIO-ELT-0-#1", true), ("NIO-SGLTN-0-#2", true), ("TP-#0", false), ("NIO", false)] {
      let recording = await recordDatabase {
        let scope = DatabaseRecorder.current
        await withCheckedContinuation { continuation in
          let thread = Thread {
            setNameOfThread(name)
            _ = try? scope?.bind { try shop.authors() }
            continuation.resume()
          }
          thread.start()
        }
      }
      #expect(contexts(recording) == [isLoop], "\(name)")
    }
  }

  @MainActor @Test func theMainActorIsNoSharedThread() async throws {
    let shop = try Shop()
    let recording = try recordDatabase { _ = try shop.authors() }
    #expect(contexts(recording) == [false])
    #expect(recording.check(.noMainThreadQueries).map(\.count) == [1])
  }
}

private actor DatabaseActor {
  private let executor: QueueExecutor
  let shop: Shop
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ shop: Shop) {
    self.shop = shop
    executor = QueueExecutor()
  }

  func load() throws { _ = try shop.authors() }
}

private func setNameOfThread(_ name: String) {
  #if canImport(Darwin)
    pthread_setname_np(name)
  #else
    // The function is not among those that Swift imports.
    typealias Function = @convention(c) (pthread_t, UnsafePointer<CChar>) -> Int32
    guard let function = dlsym(nil, "pthread_setname_np") else { return }
    _ = unsafeBitCast(function, to: Function.self)(pthread_self(), name)
  #endif
}
