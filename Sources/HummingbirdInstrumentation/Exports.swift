#if Hummingbird
  @_exported public import DatabaseTelemetry
#endif
