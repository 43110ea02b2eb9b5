internal import DatabaseRecording

#if canImport(Testing)
  internal import Testing
#endif

/// What a failing test of Swift Testing carries: what it asked of the database, as text and as a drawing.
enum FailureAttachment {
  /// Attaches both to the test that is running; nothing outside of one, as in XCTest.
  static func record(_ recording: Recording, at location: CodeLocation) {
    #if canImport(Testing)
      guard let test = Test.current else { return }
      let waterfall = Waterfall(RunRecord.Test(recording, name: test.name))
      let contents = [
        ("timeline.txt", "\(recording)\n"), ("waterfall.svg", waterfall.svg(title: test.name)),
      ]
      for (content, text) in contents {
        Attachment.record(
          text, named: name(for: test.name, of: content), sourceLocation: SourceLocation(location))
      }
    #endif
  }

  /// `savesOnce()` becomes `savesOnce-timeline.txt`: whatever a test is called, it names a file.
  static func name(for test: String, of content: String) -> String {
    let base = test.prefix { $0 != "(" }.unicodeScalars.map { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" ? Character(scalar) : "-"
    }
    var name = String(base.prefix(60))
    while name.utf8.count > 200 { name.removeLast() }
    return "\(name.isEmpty ? "test" : name)-\(content)"
  }
}
