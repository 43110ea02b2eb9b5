import DatabaseRecording
import DatabaseReporting
import DatabaseRunRecords
import DatabaseTesting
import Foundation

/// The record of a run, and all that is made from it: no file may trap, whatever its numbers and references are.
///
/// The first byte tells how much of the rest is the second run of a comparison.
func fuzzRecord(_ input: UnsafeBufferPointer<UInt8>) {
  guard let first = input.first else { return }
  let header = RunRecord.Header(process: 1, started: 0)
  let bytes = Array(input.dropFirst())
  var copier = RunRecordReader(name: "a")
  for line in bytes.split(separator: 0x0A) {
    _ = try? line.withUnsafeBufferPointer { try copier.check($0) }
  }
  guard let headerLine = try? RunRecordWriter.line(header) else { return }
  let cut = bytes.count * Int(first) / 255
  let runs = [bytes[cut...], bytes[..<cut]].map { part in
    // Without a header of their own, so that what is behind it is reached.
    (try? RunRecordReader.tests(in: part, name: "a").tests)
      ?? (try? RunRecordReader.tests(in: headerLine + part, name: "a").tests) ?? []
  }
  var summary = RunSummary()
  var page = ReportPage()
  var trace = OTLPTrace()
  for test in runs[0] {
    summary.add(test)
    page.add(test)
    do {
      let line = try trace.line(test, header: header)
      guard !line.contains("\n") else { fatalError("a trace has a line feed: \(line.debugDescription)") }
    } catch {
      fatalError("\(error)")
    }
  }
  let text = summary.text(TextStyle(width: 80, isColoured: false), top: 3)
  guard !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" }) else {
    fatalError("a terminal gets a control character: \(text.debugDescription)")
  }
  page.write { _ in }
  var comparison = Comparison()
  for test in runs[1] { comparison.addToBase(test) }
  for test in runs[0] { comparison.addToHead(test) }
  guard let result = try? comparison.result() else { return }
  _ = (result.text(TextStyle(width: 80, isColoured: true), top: 3), result.markdown)
  let commands = result.gitHubCommands { $0.file }
  let lines = commands.utf8.split(separator: 0x0A).count
  // One for each, one that nothing was recorded, and the line that sums it up.
  let most = result.past.count + (result.isHeadSilent ? 2 : 1)
  guard lines <= most else { fatalError("a command too many: \(commands.debugDescription)") }
}

/// A baseline that can be read is read as it was written.
func fuzzBaseline(_ input: UnsafeBufferPointer<UInt8>) {
  let text = String(decoding: input, as: UTF8.self)
  guard let baseline = try? Baseline(text: text) else { return }
  guard let again = try? Baseline(text: baseline.text), again == baseline, again.text == baseline.text else {
    fatalError("\(text.debugDescription) is not read as it was written")
  }
}

/// Any file can be compared with a snapshot, and the difference shows both of them whole.
func fuzzSnapshot(_ input: UnsafeBufferPointer<UInt8>) {
  guard let first = input.first else { return }
  let bytes = input.dropFirst()
  let cut = bytes.startIndex + bytes.count * Int(first) / 255
  let (old, new) = (String(decoding: bytes[cut...], as: UTF8.self), String(decoding: bytes[..<cut], as: UTF8.self))
  var snapshot = emptySnapshot
  snapshot.text = new
  let difference = snapshot.difference(from: old)
  func lines(_ text: String) -> [Substring.UnicodeScalarView] {
    text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }
  }
  func shown(without mark: String) -> [String] {
    difference?.filter { !$0.utf8.starts(with: "  \(mark) ".utf8) }.map { String($0.unicodeScalars.dropFirst(4)) } ?? []
  }
  let (before, after) = (lines(old).map { String($0) }, lines(new).map { String($0) })
  guard difference == nil ? before == after : shown(without: "+") == before && shown(without: "-") == after else {
    fatalError("\(old.debugDescription) and \(new.debugDescription) differ by \(difference ?? [])")
  }
}

private let emptySnapshot = QuerySnapshot(recordDatabase {})
