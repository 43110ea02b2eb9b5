package import DatabaseRunRecords
internal import DatabaseSupport
package import Foundation

extension TestRun {
  /// By `DATABASE_TESTING_RUN`, else by the CI's number of its run, else by the `swift test` that started the process.
  ///
  /// - Parameters:
  ///   - environment: Of the process.
  ///   - launch: What started it.
  ///   - folder: Inside of the checkout.
  init(environment: [String: String], launch: String, folder: URL, host: String? = nil) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : String($0.prefix(200)).singleLine }
    }
    let ofCI = Self.numbers.lazy.compactMap { name, prefix in value(name).map { "\(prefix)-\($0)" } }.first
    self.init(
      id: value("DATABASE_TESTING_RUN") ?? ofCI ?? launch, launch: launch,
      commit: Self.commits.lazy.compactMap { value($0).flatMap(GitCommit.checked) }.first
        ?? GitCommit.current(in: folder), host: host, platform: Self.platform,
      job: Self.jobs.lazy.compactMap(value).first)
  }

  /// Of this process.
  ///
  /// - Parameter folder: The working directory in which it began.
  package static func current(folder: URL) -> TestRun {
    let host = TestLaunch.host
    return TestRun(
      environment: ProcessInfo.processInfo.environment, launch: TestLaunch.current(host: host ?? ""), folder: folder,
      host: host)
  }

  /// What the CIs number their runs with. An attempt to run some of the jobs again is the same run: of a test that it ran again the later
  /// result counts.
  private static let numbers = [
    ("GITHUB_RUN_ID", "github"), ("CI_PIPELINE_ID", "gitlab"), ("BUILDKITE_BUILD_ID", "buildkite"),
    ("CIRCLE_WORKFLOW_ID", "circleci"), ("BUILD_BUILDID", "azure"), ("BUILD_TAG", "jenkins"),
    ("TRAVIS_BUILD_ID", "travis"), ("BITRISE_BUILD_SLUG", "bitrise"), ("CI_BUILD_ID", "xcode-cloud"),
  ]

  private static let commits = [
    "GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "BUILD_SOURCEVERSION", "GIT_COMMIT",
    "TRAVIS_COMMIT",
    "BITRISE_GIT_COMMIT", "CI_COMMIT",
  ]

  private static let jobs = [
    "GITHUB_JOB", "CI_JOB_NAME", "BUILDKITE_STEP_ID", "CIRCLE_JOB", "SYSTEM_JOBNAME", "JOB_NAME",
  ]

  private static var platform: String {
    #if compiler(>=6.4)
      let compiler = "Swift 6.4"
    #elseif compiler(>=6.3)
      let compiler = "Swift 6.3"
    #else
      let compiler = "Swift 6.2"
    #endif
    #if os(Linux)
      let system = "Linux"
    #elseif os(macOS)
      let system = "macOS"
    #elseif os(iOS)
      let system = "iOS"
    #elseif os(tvOS)
      let system = "tvOS"
    #elseif os(watchOS)
      let system = "watchOS"
    #elseif os(visionOS)
      let system = "visionOS"
    #else
      let system = "other"
    #endif
    #if arch(x86_64)
      return "\(system) x86_64, \(compiler)"
    #elseif arch(arm64)
      return "\(system) arm64, \(compiler)"
    #else
      return "\(system), \(compiler)"
    #endif
  }
}
