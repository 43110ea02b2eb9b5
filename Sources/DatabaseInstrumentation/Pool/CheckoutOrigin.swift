/// Where somebody uses a pool: the line as it was handed over, and the stack that led there or has to tell the line.
package struct PoolCaller: Sendable {
  /// The line of the app, or where ``poolFile`` is given one to fall back on.
  let given: CheckoutSite?
  /// A file that calls on behalf of somebody else: the line is the innermost one on the stack that is outside of it.
  let poolFile: StaticString?
  /// Its number among `PoolStacks`; 0 where nothing is recorded.
  let stackNumber: UInt32

  /// The line alone.
  package init(at site: CheckoutSite) {
    given = site
    poolFile = nil
    stackNumber = 0
  }

  /// The caller, whose stack is kept while anything is recorded: also where it is nobody's task.
  ///
  /// - Parameters:
  ///   - site: The line; when `nil` the stack tells it.
  ///   - poolFile: The file that calls on behalf of somebody else, when `site` is `nil`.
  ///   - fallback: The line where the stack has none outside of that file.
  package init(site: CheckoutSite?, poolFile: StaticString?, otherwise fallback: CheckoutSite? = nil) {
    given = site ?? fallback
    self.poolFile = site == nil ? poolFile : nil
    stackNumber = PoolStacks.capture()
  }

  /// Whether nothing tells where it is.
  var isUnknown: Bool { given == nil && stackNumber == 0 }

  /// Symbolicated when it is read.
  package var callSite: CallSite? { callSite(on: PoolStacks.stack(stackNumber)) }

  /// The line that was handed to the pool, unless a package that was fetched did so for the app.
  fileprivate var site: CheckoutSite? {
    guard poolFile == nil, let given, !PackageCheckouts.contain("\(given.filePath)") else { return nil }
    return given
  }

  fileprivate func callSite(on stack: StackTrace?) -> CallSite? {
    guard let poolFile else { return site?.callSite ?? stack?.callSite() ?? given?.callSite }
    guard let frames = stack?.appFrames else { return given?.callSite }
    let path = "\(poolFile)"
    return frames.first { $0.file != path }?.callSite ?? given?.callSite ?? frames.first?.callSite
  }

  /// Whether both are the same argument list of one call, along the same stack.
  fileprivate func isSame(as other: PoolCaller) -> Bool {
    guard stackNumber == other.stackNumber, poolFile?.identity == other.poolFile?.identity else { return false }
    guard let given, let other = other.given else { return given == nil && other.given == nil }
    return given.line == other.line && given.column == other.column
      && given.filePath.identity == other.filePath.identity && given.fileID.identity == other.fileID.identity
      && given.function.identity == other.function.identity
  }

  fileprivate var hash: UInt {
    let line = given.map { $0.filePath.identity ^ ($0.line &* 31 &+ $0.column) } ?? 0
    return line ^ (UInt(stackNumber) &* 17)
  }
}

/// Who took a connection, or gave one back, as it is kept: many leases share one.
package final class CheckoutOrigin: Sendable {
  let caller: PoolCaller
  /// Where no number tells the stack.
  private let trace: StackTrace?

  package init(_ caller: PoolCaller) {
    self.caller = caller
    trace = nil
  }

  /// Of a lease that no pool told of.
  init(_ trace: StackTrace) {
    caller = PoolCaller(unknown: ())
    self.trace = trace
  }

  /// The line that was handed to the pool, unless a package that was fetched did so for the app.
  package var site: CheckoutSite? { caller.site }

  /// Symbolicated when it is read.
  package var callSite: CallSite? { caller.callSite(on: stack) }

  /// What led to the line.
  package var stack: StackTrace? { trace ?? PoolStacks.stack(caller.stackNumber) }
}

extension PoolCaller {
  fileprivate init(unknown: Void) {
    given = nil
    poolFile = nil
    stackNumber = 0
  }
}

/// Who used a pool lately, each kept once: a loop that takes a connection a thousand times keeps its line once.
///
/// Bounded; where two share a place the later one stays, and the other is made again. Without it a lease would keep 150 bytes more.
struct OriginCache: Sendable {
  /// Empty until the first one: most monitors are of one connection and have no leases.
  private var origins: ContiguousArray<CheckoutOrigin?> = []

  mutating func origin(of caller: PoolCaller) -> CheckoutOrigin? {
    if caller.isUnknown { return nil }
    if origins.isEmpty { origins = ContiguousArray(repeating: nil, count: 64) }
    let hash = caller.hash
    let index = Int(truncatingIfNeeded: hash ^ hash >> 6) & 63
    if let known = origins[index], known.caller.isSame(as: caller) { return known }
    let origin = CheckoutOrigin(caller)
    origins[index] = origin
    return origin
  }
}

/// The stacks of checkouts and returns, each kept once for the process: to find one takes a tenth of what a copy would.
enum PoolStacks {
  private static let table = StackTable()

  /// Keeps the caller's, while anything is recorded: also where it is nobody's task.
  ///
  /// - Returns: Its number; 0 where nothing is recorded.
  static func capture() -> UInt32 { RecordingActivity.shared.isRecording ? table.capture() : 0 }

  static func stack(_ number: UInt32) -> StackTrace? { number == 0 ? nil : table[Int(number) - 1] }
}

extension StaticString {
  /// Equal for one literal; a literal of a single character may have no address.
  @inline(__always)
  fileprivate var identity: UInt {
    hasPointerRepresentation ? UInt(bitPattern: utf8Start) : UInt(unicodeScalar.value)
  }
}
