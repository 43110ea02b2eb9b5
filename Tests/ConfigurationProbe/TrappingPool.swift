import DatabaseTesting
import Foundation

/// Holds pools that trap on misuse against the contract.
///
/// - Parameter tolerant: Whether the rules are left out that ask for what the pool rules out.
func contractOfATrappingPool(tolerant: Bool) async {
  let breaches = await poolContractBreaches(
    except: tolerant ? [.doubleReturn, .staleReturn] : [], patience: .seconds(2)
  ) { TrappingPool(size: $0) }
  print("breaks \(breaches.map(\.rule.rawValue))")
}

/// An actor that hands its connections over, and ends the process where one is returned that is not out, or where it is let go
/// while it is open. It forgets those who wait when it is closed.
private actor TrappingPool: ContractPool {
  private var idle: [Int]
  private var out: Set<Int> = []
  private var waiters: [CheckedContinuation<Int, any Error>] = []
  private var isClosed = false

  private struct Closed: Error {}

  init(size: Int) { idle = Array(1...size) }

  deinit { if !isClosed { fatalError("the pool was let go while it was open") } }

  func checkout() async throws -> Int {
    if isClosed { throw Closed() }
    if let connection = idle.popLast() {
      out.insert(connection)
      return connection
    }
    return try await withCheckedThrowingContinuation { waiters.append($0) }
  }

  func checkin(_ connection: Int) {
    precondition(out.contains(connection), "the connection is not out")
    if waiters.isEmpty {
      out.remove(connection)
      idle.append(connection)
    } else {
      waiters.removeFirst().resume(returning: connection)
    }
  }

  nonisolated func connectionID(of lease: Int) -> Int { lease }

  func close() { isClosed = true }
}
