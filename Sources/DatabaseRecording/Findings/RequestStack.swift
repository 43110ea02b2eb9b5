internal import DatabaseInstrumentation

/// A whole stack, as the way from a test to a statement.
struct RequestStack {
  private let frames: [StackFrame]

  init(_ stack: StackTrace) {
    frames = Symbolicator.frames(of: stack)
  }

  /// Whether the test may have made several requests of which each looks like this one: a server stands between the two, or code
  /// beside the test created a task for it, as a test of many clients at a time does. Equal stacks are no loop of the app's then.
  var isOneOfSeveral: Bool {
    if frames.contains(where: \.isOfServer) { return true }
    guard let test = frames.last(where: \.isAppCode), test.module != nil else { return false }
    let creators = Dictionary(grouping: frames.filter { $0.createdTasks > 0 && $0.isAppCode }, by: \.createdTasks)
    return creators.values.contains { $0[0].module == test.module }
  }
}
