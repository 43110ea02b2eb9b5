#if os(Linux)
  import Glibc

  /// Whether the tests run with the address or the thread sanitizer, which are linked into them.
  let isSanitized = isThreadSanitized || dlsym(nil, "__asan_init") != nil

  let isThreadSanitized = dlsym(nil, "__tsan_init") != nil
#endif
