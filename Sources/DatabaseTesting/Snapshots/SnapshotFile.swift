internal import DatabaseInstrumentation
internal import DatabaseRecording
internal import DatabaseSupport
internal import Foundation

/// A snapshot beside the test that it belongs to.
struct SnapshotFile {
  let url: URL
  /// Whether a missing file fails: in CI nobody would add a new one to version control.
  var isCI = SnapshotFile.isOn("CI")
  var details: QuerySnapshotDetails = []
  var recordsAgain = SnapshotFile.isOn("DATABASE_TESTING_SNAPSHOTS_RECORD")
  private let call: String
  /// Beside the test's file: the package manager warns of files in a target that it has no use for, but for those in a hidden
  /// folder. A snapshot that is in the second one, where they were before, stays there.
  private static let folders = [".database-snapshots", "__QuerySnapshots__"]
  private static let calls = Locked<[String: String]>([:])

  /// - Parameter call: Where the call stands in its file, which tells two calls of one test apart.
  init(name: String, function: String, filePath: String, call: String = "") {
    self.call = call
    let file = URL(fileURLWithPath: filePath)
    let base = file.deletingPathExtension().lastPathComponent
    let fileName = QuerySnapshot.fileName([base, function] + (name.isEmpty ? [] : [name]))
    let folders = Self.folders.map { file.deletingLastPathComponent().appendingPathComponent($0) }
    let places = folders.map { $0.appendingPathComponent(fileName) }
    url = places.first { FileManager.default.fileExists(atPath: $0.path) } ?? places[0]
  }

  /// Compares a recording with the file, or makes the file.
  func findings(of recording: Recording) -> [Finding] {
    // What saw nothing must not become what is expected.
    let blind = DatabaseExpectation.noFailures.findings(in: recording, isInherited: false).filter { $0.kind == .blind }
    guard blind.isEmpty else { return blind }
    if isTaken {
      return [
        mismatch(
          "another call in the same function has that file as well",
          ["  fix: give each a name of its own: expectQuerySnapshot(\"list\") { … }"])
      ]
    }
    let snapshot = QuerySnapshot(recording, including: details)
    let exists = FileManager.default.fileExists(atPath: url.path)
    if exists && !recordsAgain {
      guard let data = try? Data(contentsOf: url), let old = String(validating: data, as: UTF8.self) else {
        return [
          mismatch("the file cannot be read as UTF-8", ["  fix: take it from version control again, or delete it"])
        ]
      }
      guard let difference = snapshot.difference(from: old) else { return [] }
      return [
        mismatch(
          "they differ",
          difference + [
            "  fix: change the queries back, or accept them with DATABASE_TESTING_SNAPSHOTS_RECORD=1 swift test"
          ])
      ]
    }
    if !exists && isCI && !recordsAgain {
      return [
        mismatch(
          "there is no such file", ["  fix: run the test once outside of CI, and add the file to version control"])
      ]
    }
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(snapshot.text.utf8).write(to: url, options: .atomic)
      return []
    } catch {
      return [mismatch("the file cannot be written: \(error.localizedDescription)", [])]
    }
  }

  /// Whether another call took the file before: each would record over the other, or fail by it.
  private var isTaken: Bool {
    guard !call.isEmpty else { return false }
    return Self.calls.withLock { calls in
      if let known = calls[url.path] { return known != call }
      calls[url.path] = call
      return false
    }
  }

  private func mismatch(_ problem: String, _ details: [String]) -> Finding {
    Finding(
      kind: .snapshot, headline: "Expected the queries of \(url.lastPathComponent), but \(problem).", details: details)
  }

  private static func isOn(_ name: String) -> Bool {
    switch ProcessInfo.processInfo.environment[name]?.lowercased() {
    case nil, "", "0", "false", "no", "off": false
    default: true
    }
  }
}
