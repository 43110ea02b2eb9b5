import CSQLiteHooks

/// Runs `body` as in a program without the toolkit: connections that it opens are not instrumented.
func withoutHooks<R>(_ body: () throws -> R) throws -> R {
  var result: Result<R, any Error>?
  withoutActuallyEscaping(body) { body in
    let box = Box { result = Result { try body() } }
    dbh_without_hooks(
      { argument in Unmanaged<Box>.fromOpaque(argument!).takeUnretainedValue().run() },
      Unmanaged.passUnretained(box).toOpaque())
  }
  return try result!.get()
}

private final class Box {
  let run: () -> Void

  init(_ run: @escaping () -> Void) { self.run = run }
}
