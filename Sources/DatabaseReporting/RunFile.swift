package import DatabaseRecording
package import Foundation

/// One file of the record of a run, read into memory.
package struct RunFile: Sendable {
  package let name: String
  package let tests: [RunRecord.Test]
  /// Lines that a crash or a full disk cut.
  package let damagedLines: Int

  /// - Throws: ``RunRecordError`` where it is no record of this version; an error of Foundation where it cannot be read.
  package init(contentsOf url: URL) throws {
    name = url.lastPathComponent
    (tests, damagedLines) = try RunRecordReader.tests(in: Data(contentsOf: url), name: name)
  }
}
