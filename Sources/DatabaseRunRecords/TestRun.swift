/// Which run of the tests a process belongs to: all processes of one `swift test` are one run, and so are the shards of one run of a CI.
package struct TestRun: Codable, Sendable, Equatable {
  /// The same for every process and shard of the run.
  package var id: String
  /// The same for every process that one `swift test` started on one machine: a test that is in two launches of a run was run again.
  package var launch: String
  /// Of the checkout; left out where neither the CI nor a `.git` tells.
  package var commit: String?
  package var host: String?
  /// `Linux x86_64, Swift 6.3`: a test of two platforms is not one that was run again.
  package var platform: String?
  /// What the CI calls the job; the same test in two jobs is not one that was run again either.
  package var job: String?

  package init(
    id: String, launch: String, commit: String? = nil, host: String? = nil, platform: String? = nil, job: String? = nil
  ) {
    self.id = id
    self.launch = launch
    self.commit = commit
    self.host = host
    self.platform = platform
    self.job = job
  }
}
