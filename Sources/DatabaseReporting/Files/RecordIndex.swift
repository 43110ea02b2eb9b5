internal import DatabaseRunRecords
internal import Foundation

/// What stands where in record files, before a test of them is decoded: which runs they are of, and which lines count.
///
/// A value that is told of headers and tests in their order, and then says of each line whether it is read.
struct RecordIndex {
  /// The lines of one process.
  private struct Section {
    var file: Int
    var header: RunRecord.Header
    var size = 0
    var isRead = true
    var tests: [(line: Int, key: LineKey)] = []
  }

  /// What tells the lines of a process, which may have been copied.
  private struct Origin: Hashable {
    var process: Int32
    var started: Double
    var launch: String?
  }

  /// A test, whichever launch it was run by.
  private struct TestKey: Hashable {
    var run: String
    var platform: String?
    var job: String?
    var module: String
    var file: String
    var suite: String?
    var name: String
  }

  /// One case of a test in one launch.
  private struct CaseKey: Hashable {
    var test: TestKey
    var line: String
    var testCase: String
  }

  private var sections: [Section] = []
  /// Files that belong together because a folder was named, by the place of the folder.
  private var folders: [Int: Set<Int>] = [:]
  private var skipped: Set<Place> = []

  private struct Place: Hashable {
    var file: Int
    var line: Int
  }

  /// Of runs that were left out.
  private(set) var olderRuns = 0
  /// Lines of tests that were run again, or were read from another file.
  private(set) var repeatedLines = 0

  mutating func add(_ header: RunRecord.Header, file: Int, folder: Int?) {
    sections.append(Section(file: file, header: header))
    if let folder { folders[folder, default: []].insert(file) }
  }

  /// A test of the header that came before it.
  mutating func add(_ key: LineKey, line: Int, size: Int) {
    guard !sections.isEmpty else { return }
    sections[sections.count - 1].size += size
    sections[sections.count - 1].tests.append((line, key))
  }

  /// Decides, after the last line.
  mutating func close() {
    leaveOutOlderRuns()
    leaveOutCopies()
    leaveOutRewrittenLines()
    leaveOutRepetitions()
    for section in sections where !section.isRead {
      for test in section.tests { skipped.insert(Place(file: section.file, line: test.line)) }
    }
  }

  func reads(line: Int, of file: Int) -> Bool { !skipped.contains(Place(file: file, line: line)) }

  /// Of a folder the newest run counts, with all files of it. What was merged into one file is one run.
  private mutating func leaveOutOlderRuns() {
    for files in folders.values {
      var groups: [(files: Set<Int>, runs: Set<String?>, started: Double)] = []
      for section in sections where files.contains(section.file) {
        var merged = (
          files: Set([section.file]), runs: Set([section.header.run?.id]), started: section.header.started
        )
        groups.removeAll { group in
          guard !group.files.isDisjoint(with: merged.files) || !group.runs.isDisjoint(with: merged.runs) else {
            return false
          }
          merged = (
            group.files.union(merged.files), group.runs.union(merged.runs), Swift.max(group.started, merged.started)
          )
          return true
        }
        groups.append(merged)
      }
      guard let newest = groups.max(by: { $0.started < $1.started }), groups.count > 1 else { continue }
      olderRuns += groups.count - 1
      for index in sections.indices where files.contains(sections[index].file) {
        if !newest.files.contains(sections[index].file) { sections[index].isRead = false }
      }
    }
  }

  /// The lines of one process in two files count once: those of the file that has more of them.
  private mutating func leaveOutCopies() {
    var known: [Origin: Int] = [:]
    for index in sections.indices where sections[index].isRead {
      let header = sections[index].header
      let origin = Origin(process: header.process, started: header.started, launch: header.run?.launch)
      guard let other = known[origin] else {
        known[origin] = index
        continue
      }
      let isLarger = sections[index].size > sections[other].size
      sections[isLarger ? other : index].isRead = false
      if isLarger { known[origin] = index }
    }
  }

  /// A call whose line was written again, since an expectation failed later, has the later one.
  private mutating func leaveOutRewrittenLines() {
    for section in sections where section.isRead {
      var last: [String: Int] = [:]
      for (line, key) in section.tests where !key.id.isEmpty {
        if let earlier = last.updateValue(line, forKey: key.id) {
          skipped.insert(Place(file: section.file, line: earlier))
        }
      }
    }
  }

  /// Of a test that was run again the last time counts: that of the last launch of its run, and within a launch the last line of its case.
  private mutating func leaveOutRepetitions() {
    let read = sections.indices.filter { sections[$0].isRead && sections[$0].header.run != nil }
    var starts: [String: Double] = [:]
    for index in read {
      let header = sections[index].header
      guard let launch = header.run?.launch else { continue }
      starts[launch] = Swift.max(starts[launch] ?? -.infinity, header.started)
    }
    var newest: [TestKey: String] = [:]
    forEachTest(of: read) { test, launch, _, _ in
      if let known = newest[test], (starts[known] ?? 0, known) >= (starts[launch] ?? 0, launch) { return }
      newest[test] = launch
    }
    var last: [CaseKey: (place: Place, started: Double)] = [:]
    var repeated: [Place] = []
    forEachTest(of: read) { test, launch, place, key in
      guard newest[test] == launch else { return repeated.append(place) }
      guard key.call == nil, let testCase = key.testCase else { return }
      let new = (place: place, started: key.started)
      let caseKey = CaseKey(test: test, line: key.line, testCase: testCase)
      guard let known = last[caseKey] else {
        last[caseKey] = new
        return
      }
      let isLater = new.started >= known.started
      repeated.append(isLater ? known.place : place)
      if isLater { last[caseKey] = new }
    }
    repeatedLines = repeated.count
    skipped.formUnion(repeated)
  }

  private func forEachTest(of read: [Int], _ body: (TestKey, String, Place, LineKey) -> Void) {
    for index in read {
      guard let run = sections[index].header.run else { continue }
      for (line, key) in sections[index].tests {
        let test = TestKey(
          run: run.id, platform: run.platform, job: run.job, module: key.module, file: key.file, suite: key.suite,
          name: key.name)
        body(test, run.launch, Place(file: sections[index].file, line: line), key)
      }
    }
  }

  /// The runs that are read, the newest first.
  var runs: [RunDescription] {
    var runs: [RunDescription] = []
    for section in sections where section.isRead {
      guard let run = section.header.run else { continue }
      if let known = runs.firstIndex(where: { $0.id == run.id }) {
        runs[known].add(section.header)
      } else {
        var new = RunDescription(id: run.id)
        new.add(section.header)
        runs.append(new)
      }
    }
    return runs.sorted { ($1.started, $0.id) < ($0.started, $1.id) }
  }
}
