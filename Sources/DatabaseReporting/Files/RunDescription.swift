internal import DatabaseRunRecords
internal import DatabaseSupport
internal import Foundation

/// One run of the tests, as far as its files tell.
package struct RunDescription: Sendable, Equatable {
  let id: String
  /// Seconds since 1970, of its first process.
  private(set) var started = 0.0
  private(set) var processes = 0
  private(set) var hosts: Set<String> = []
  private(set) var commits: Set<String> = []

  init(id: String) {
    self.id = id
  }

  mutating func add(_ header: RunRecord.Header) {
    started = processes == 0 ? header.started : Swift.min(started, header.started)
    processes += 1
    if let host = header.run?.host { hosts.insert(host) }
    if let commit = header.run?.commit { commits.insert(commit) }
  }

  /// `2026-11-30 14:02 UTC, commit 0a1b2c3d4e, 2 processes on build-7`.
  package var text: String {
    var parts = [Self.date(started)]
    if commits.count == 1, let commit = commits.first { parts.append("commit \(commit.prefix(10))") }
    let place = hosts.count == 1 ? " on \(hosts.first ?? "")" : hosts.isEmpty ? "" : " on \(hosts.count) machines"
    parts.append(processes.grouped("process", plural: "processes") + place)
    return parts.joined(separator: ", ").singleLine
  }

  private static func date(_ seconds: Double) -> String {
    // Within what a calendar of four digits holds: the number may come from any file.
    guard seconds.isFinite, seconds >= 0, seconds < 2.5e11 else { return "an unknown time" }
    var parts = tm()
    var time = time_t(seconds)
    guard gmtime_r(&time, &parts) != nil else { return "an unknown time" }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
  }
}
