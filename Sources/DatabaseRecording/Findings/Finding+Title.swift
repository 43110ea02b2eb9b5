package import DatabaseRunRecords

extension Finding.Kind {
  /// What records and pages say of it.
  package var inRecords: ProblemKind { ProblemKind(rawValue) }
}
