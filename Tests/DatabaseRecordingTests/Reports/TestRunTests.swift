import Foundation
import Testing

@testable import DatabaseRecording
@testable import DatabaseRunRecords

@Suite struct TestRunTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")
  private let commit = String(repeating: "0a1b2", count: 8)

  private func write(_ text: String, to path: String) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func run(_ environment: [String: String]) -> TestRun {
    TestRun(environment: environment, launch: "launch", folder: folder)
  }

  @Test func aRunIsKnownByWhatTheEnvironmentCallsIt() {
    #expect(run([:]).id == "launch")
    #expect(run(["GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "test"]).id == "github-77")
    #expect(run(["GITHUB_RUN_ID": "77", "GITHUB_JOB": "test"]).job == "test")
    #expect(run(["GITHUB_RUN_ID": "77", "DATABASE_TESTING_RUN": "mine"]).id == "mine")
    #expect(run(["CI_PIPELINE_ID": "5", "CI_COMMIT_SHA": commit]).commit == commit)
    #expect(run(["CI_PIPELINE_ID": "", "CI_COMMIT_SHA": "a branch"]) == run([:]))
    #expect(run(["DATABASE_TESTING_RUN": "a\u{1B}[2J"]).id == "a [2J")
  }

  @Test func theCommitIsReadFromTheFilesOfGit() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let inner = folder.appendingPathComponent("Sources/App")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    #expect(GitCommit.current(in: inner) == nil)
    try write("ref: refs/heads/main\n", to: ".git/HEAD")
    #expect(GitCommit.current(in: inner) == nil)
    try write("# pack-refs with: peeled\n\(commit) refs/heads/main\n^\(commit)\n", to: ".git/packed-refs")
    #expect(GitCommit.current(in: inner) == commit)
    let newer = String(repeating: "c", count: 40)
    try write("\(newer)\n", to: ".git/refs/heads/main")
    #expect(GitCommit.current(in: inner) == newer)
    // A worktree: its branch is kept by the repository.
    try write("gitdir: ../.git/worktrees/w\n", to: "w/.git")
    try write("ref: refs/heads/main\n", to: ".git/worktrees/w/HEAD")
    try write("../..\n", to: ".git/worktrees/w/commondir")
    #expect(GitCommit.current(in: folder.appendingPathComponent("w")) == newer)
    try write("\(commit)\n", to: ".git/HEAD")
    #expect(GitCommit.current(in: inner) == commit)
    try write("ref: ../../secret\n", to: ".git/HEAD")
    #expect(GitCommit.current(in: inner) == nil)
  }

  @Test func allProcessesOfOneSwiftTestHaveItInCommon() throws {
    let entries: [Int32: TestLaunch.Entry] = [
      1: .init(number: 1, parent: 0, started: 1, names: ["init"]),
      20: .init(number: 20, parent: 1, started: 50, names: ["bash"]),
      30: .init(number: 30, parent: 20, started: 60, names: ["swift-test", "swift-test"]),
      31: .init(number: 31, parent: 30, started: 61, names: ["AppPackageTests"]),
      32: .init(number: 32, parent: 30, started: 62, names: ["AppPackageTests"]),
      33: .init(number: 33, parent: 32, started: 63, names: ["Probe"]),
      40: .init(number: 40, parent: 20, started: 70, names: ["AppPackageTests"]),
      41: .init(number: 41, parent: 20, started: 71, names: ["AppPackageTests"]),
      50: .init(number: 50, parent: 50, started: 9, names: ["circle"]),
      51: .init(number: 51, parent: 50, started: 9, names: ["AppPackageTests"]),
    ]
    func launcher(_ number: Int32) throws -> Int32 {
      TestLaunch.launcher(of: try #require(entries[number])) { entries[$0] }.number
    }
    #expect(try [31, 32, 33].map(launcher) == [30, 30, 30])
    // What a shell starts one after the other is not one run.
    #expect(try [40, 41, 51].map(launcher) == [40, 41, 51])
  }

  @Test func aProcessIsReadAsLinuxDescribesIt() throws {
    let status = "77 (swift) test) S 12 77 77 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1\n"
    let entry = try #require(TestLaunch.parse(status, arguments: "/usr/bin/swift-test\0--parallel\0"))
    #expect(entry == .init(number: 77, parent: 12, started: 98_765, names: ["swift) test", "swift-test"]))
    for length in 0..<status.utf8.count - 5 {
      _ = TestLaunch.parse(String(status.prefix(length)), arguments: "")
    }
    #expect(TestLaunch.parse("", arguments: "") == nil)
  }

  /// This test is run by one, or by an IDE that is none.
  @Test func thisProcessIsFoundAgain() {
    let first = TestRun.current(folder: folder)
    #expect(first.launch == TestRun.current(folder: folder).launch)
    #expect(first.launch.utf8.count == 16)
    #expect(first.platform != nil)
  }
}
