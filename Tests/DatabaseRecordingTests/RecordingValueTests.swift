import Testing
import Tracing

@testable import DatabaseInstrumentation
@testable import DatabaseRecording

/// What happens after a recording was made does not change it.
@Suite struct RecordingValueTests {
  @Test func aSpanThatEndsLater() throws {
    var late: (any Span)?
    let recording = record { late = startSpan("import", ofKind: .internal) }
    let span = try #require(late)
    let before = "\(recording.spans)"
    #expect(recording.check(.noLeaks).map(\.kind) == [.unfinishedSpan])
    span.attributes["rows"] = SpanAttribute.int64(7)
    span.operationName = "import of all"
    span.addEvent(SpanEvent(name: "half"))
    span.setStatus(SpanStatus(code: .error))
    span.end()
    #expect("\(recording.spans)" == before)
    #expect(recording.spans.unfinished.map(\.name) == ["import"])
    #expect(recording.spans.allSatisfy { !$0.isFailed && $0["rows"] == nil && $0.eventNames.isEmpty })
    #expect(recording.check(.noLeaks).map(\.kind) == [.unfinishedSpan])
  }

  @Test func aSpanThatEndsBeforeIsEnded() {
    let recording = record { withSpan("import") { $0.attributes["rows"] = SpanAttribute.int64(7) } }
    #expect(recording.spans.unfinished.isEmpty)
    #expect(recording.spans.first?["rows"] == "7")
    #expect(recording.check(.noLeaks).isEmpty)
  }

  /// The parent may be of the recording around, and so in none of the inner one's spans.
  @Test func theParentOfASpanThatEndsLater() throws {
    var inner: Recording?
    let outer = record {
      withSpan("request") { request in
        inner = record { withSpan("load") { _ in } }
        request.operationName = "GET /authors"
      }
    }
    let loaded = try #require(inner?.spans.first)
    #expect(loaded.parent?.name == "request")
    #expect(loaded.parent?.isEnded == false)
    #expect(outer.spans.first?.name == "GET /authors")
    #expect(outer.spans.descendants(of: try #require(outer.spans.first)).map(\.name) == ["load"])
  }

  /// Two looks at one recording know the same span.
  @Test func aSpanIsTheSameInEachPictureOfIt() throws {
    let recorder = DatabaseRecorder("", at: CodeLocation(fileID: "a/b", filePath: "a/b", line: 1, column: 1))
    try recorder.bind {
      let request = startSpan("request")
      let early = try #require(recorder.recording.spans.first)
      withSpan("load", context: request.context) { _ in }
      request.end()
      #expect(!early.isEnded)
      #expect(recorder.recording.spans.children(of: early).map(\.name) == ["load"])
    }
    #expect(recorder.finish().spans.unfinished.isEmpty)
  }

  @Test func aConnectionThatGetsAnotherName() {
    let driver = MadeUpDriver()
    let recording = record { driver.run("SELECT * FROM book") }
    driver.connection.rename("archive")
    driver.connection.markLost()
    driver.connection.markClosed()
    #expect(recording.connections.map(\.name) == ["made up"])
    #expect(recording.statements.first?.connection.name == "made up")
    #expect(recording.check(.queries(1, in: "made up")).isEmpty)
    #expect(!recording.isBlind)
  }

  @Test func aFlushThatGoesOn() {
    var late: SessionFlush?
    let recording = record {
      let connection = InstrumentedConnection("paper", system: .postgreSQL)
      let inside = FlushHooks.willFlush("session", new: ["book": 1])
      inside.perform {
        connection.statements.willExecute("INSERT INTO book VALUES ($1)").didExecute(rowsChanged: 1)
      }
      late = inside
    }
    let before = recording.flushes.map { "\($0) \($0.executed)" }
    late?.perform {
      InstrumentedConnection("paper", system: .postgreSQL).statements.willExecute("INSERT INTO book VALUES ($1)")
        .didExecute(rowsChanged: 1)
    }
    #expect(recording.flushes.map { "\($0) \($0.executed)" } == before)
  }
}
