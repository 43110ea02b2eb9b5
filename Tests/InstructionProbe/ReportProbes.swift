internal import DatabaseRecording
internal import DatabaseRunRecords

private let statements = 1_000

/// The record of a run: its line for a test of 1,000 statements, written and read again.
func reportProbes() -> [Probe] {
  [
    Probe("record of a test, per statement", operations: statements) { measure in
      let recording = madeUpRecording(statements: statements, shapes: 20)
      use(recording.findings)
      measure { use(line(of: recording)) }
    },
    Probe("record of a test, read again, per statement", operations: statements) { measure in
      let line = line(of: madeUpRecording(statements: statements, shapes: 20))
      measure {
        var reader = RunRecordReader(name: "probe")
        do {
          _ = try reader.read(RunRecordWriter.line(RunRecord.Header(process: 1, started: 0)))
          use(try reader.read(line))
        } catch {
          fail("a record that was written cannot be read: \(error)")
        }
      }
    },
  ]
}

@inline(never)
private func line(of recording: Recording) -> [UInt8] {
  do { return try RunRecordWriter.line(RunRecord.Test(recording, name: "probe")) } catch { fail("\(error)") }
}
