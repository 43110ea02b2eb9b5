internal import DatabaseRunRecords
internal import Foundation

/// Puts the records of many processes into one file.
///
/// Lines are copied as they are, one at a time, so that a merge of any size needs little memory.
package enum RecordMerge {
  /// - Parameters:
  ///   - files: What is merged, in this order.
  ///   - path: The new file; it appears when it is whole.
  ///   - replaces: Whether a file that is there is replaced.
  ///   - progress: Called with the bytes that were read so far.
  /// - Returns: What was read, and what was left out.
  /// - Throws: ``ReportError``, `RunRecordError`.
  package static func merge(
    _ files: RecordFiles, into path: String, replaces: Bool, progress: @escaping (Int) -> Void = { _ in }
  ) throws -> RecordFiles.Outcome {
    let output = try OutputFile(path: path, replaces: replaces, inputs: files.urls)
    let outcome = try files.forEachLine(progress: progress) { try output.write(line: $0) }
    try output.finish()
    return outcome
  }
}
