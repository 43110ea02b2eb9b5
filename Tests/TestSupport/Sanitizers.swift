#if os(Linux)
  import Glibc

  /// Whether the tests run with the address or the thread sanitizer, which are linked into them.
  package let isSanitized = isThreadSanitized || isAddressSanitized

  /// With a heap that does not use memory again soon.
  package let isAddressSanitized = dlsym(nil, "__asan_init") != nil

  package let isThreadSanitized = dlsym(nil, "__tsan_init") != nil
#endif
