@_exported public import DatabaseInstrumentation
@_exported public import DatabaseRecording

#if SQLite
  @_exported public import SQLiteInstrumentation
#endif
