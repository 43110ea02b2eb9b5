internal import CCallStacks

/// Binds values to task-local variables for longer than one call: from one callback of a test framework to another.
///
/// `TaskLocal.withValue` is the way wherever there is a function around the work. Where a framework only tells that a test begins and
/// that it ended there is none, and the runtime's own functions behind `withValue` are called, which are part of its ABI.
package enum TaskLocalBinding {
  /// Binds a value for the current task, or for the current thread outside of one, until ``end()`` is called there.
  ///
  /// - Returns: Whether it is bound: the runtime may have no such function.
  package static func begin<Value: Sendable>(_ value: Value, to variable: TaskLocal<Value>) -> Bool {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    defer { memory.deallocate() }
    memory.initialize(to: value)
    let key = UnsafeRawPointer(Unmanaged.passUnretained(variable).toOpaque())
    let isBound = dcs_bind_task_local(key, memory, unsafeBitCast(Value.self as Any.Type, to: UnsafeRawPointer.self))
    if !isBound { memory.deinitialize(count: 1) }
    return isBound
  }

  /// Ends what was bound last.
  package static func end() { dcs_unbind_task_local() }
}
