import DatabaseRecording
import DatabaseReporting
import Foundation
import Testing

struct RunFileTests {
  @Test func `a file that is not ours is refused by name`() throws {
    let url = FileManager.default.temporaryDirectory.appending(component: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data("{}\n".utf8).write(to: url)
    #expect(throws: RunRecordError.foreign(url.lastPathComponent)) { try RunFile(contentsOf: url) }
  }
}
