internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import Foundation

/// Fails the test for each rule that a connection pool breaks: bugs that real pools have.
///
/// ```swift
/// @Test func myPoolKeepsTheContract() async {
///   await checkPoolContract { size in Subject(pool: MyPool(size: size)) }
/// }
/// ```
///
/// ```text
/// PoolTests.swift:12: error: The pool breaks staleReturn: a lease that was over was returned again, and the connection of
/// the lease that had it by then was handed to a third caller.
/// ```
///
/// Each rule is printed to standard error before it is tried, and each breach as it is found, so that a pool that traps on what
/// the contract does to it names the rule, and what was found before it:
///
/// ```text
/// Pool contract: staleReturn
/// Pool contract: staleReturn is broken: a lease that was over was returned again, and …
/// ```
///
/// Leave out what a pool rules out by design with `except: [.doubleReturn, .staleReturn]`. A pool that serves its callers in
/// order keeps `rules: .strict` as well. Each rule has pools of its own, which are closed in any case.
///
/// - Parameters:
///   - rules: What to check; the order in which callers are served is no part of it by default.
///   - except: What to leave out of that.
///   - patience: How long to wait for what must happen before it counts as never; a good pool never uses it up.
///   - settling: How long to watch for what must not happen. A pool on virtual time is moved on by that much instead, see
///     ``ContractPool/advance(by:)``.
///   - make: Makes an empty pool that opens up to so many connections.
///   - fileID: Where a failure is shown, as the next three; the place of the call.
///   - filePath: Its file.
///   - line: Its line.
///   - column: Its column.
/// - Returns: The rules that it breaks.
@discardableResult
public func checkPoolContract<Pool: ContractPool>(
  rules: Set<PoolContractBreach.Rule> = .standard, except: Set<PoolContractBreach.Rule> = [],
  patience: Duration = .seconds(5), settling: Duration = .milliseconds(100),
  make: @escaping @Sendable (_ size: Int) async throws -> Pool,
  fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) async -> [PoolContractBreach] {
  let breaches = await poolContractBreaches(
    rules: rules, except: except, patience: patience, settling: settling, make: make)
  let location = CodeLocation(fileID, filePath, line, column)
  for breach in breaches {
    IssueReporter.report("The pool breaks \(breach.rule.rawValue): \(breach)", at: location, file: filePath)
  }
  return breaches
}

/// The rules that a connection pool breaks; reports no issue, and prints as `checkPoolContract` does.
///
/// - Parameters: As for
///   ``checkPoolContract(rules:except:patience:settling:make:fileID:filePath:line:column:)``.
public func poolContractBreaches<Pool: ContractPool>(
  rules: Set<PoolContractBreach.Rule> = .standard, except: Set<PoolContractBreach.Rule> = [],
  patience: Duration = .seconds(5), settling: Duration = .milliseconds(100),
  make: @escaping @Sendable (_ size: Int) async throws -> Pool
) async -> [PoolContractBreach] {
  let contract = PoolContract(patience: patience, settling: settling, make: make)
  var breaches: [PoolContractBreach] = []
  for rule in PoolContractBreach.Rule.allCases where rules.contains(rule) && !except.contains(rule) {
    announce(rule)
    switch await contract.verdict(on: rule) {
    case .kept: break
    case .untried(let why): announce(rule, "was not tried: \(why)")
    case .broken(let what):
      announce(rule, "is broken: \(what)")
      breaches.append(PoolContractBreach(rule: rule, description: what))
    }
  }
  return breaches
}

/// At once: the next rule may be the process's last.
private func announce(_ rule: PoolContractBreach.Rule, _ what: String? = nil) {
  FileHandle.standardError.write(Data("Pool contract: \(rule.rawValue)\(what.map { " \($0)" } ?? "")\n".utf8))
}
