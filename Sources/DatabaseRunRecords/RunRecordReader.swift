internal import Foundation

/// Reads the record of a run, from bytes that may end anywhere.
///
/// A value without a file: it takes one line after another, so that a merge keeps one test at a time in memory. A line that
/// is no test, because a crash or a full disk cut it, is counted in ``damagedLines`` and passed over.
package struct RunRecordReader: Sendable {
  /// What messages call the file.
  package let name: String
  /// The first line, once it was read.
  package private(set) var header: RunRecord.Header?
  /// Lines that could not be read.
  package private(set) var damagedLines = 0

  package init(name: String) {
    self.name = name
  }

  /// Takes one line, without its line feed. Files that were merged have several headers.
  ///
  /// - Parameter isLast: Whether no line feed followed it: it may be cut.
  /// - Returns: A test; `nil` for the header, an empty line, and a damaged one.
  /// - Throws: ``RunRecordError`` where the first line says that the file cannot be read.
  package mutating func read(_ line: some Collection<UInt8>, isLast: Bool = false) throws -> RunRecord.Test? {
    guard header != nil, !Self.isHeader(line) else {
      try takeHeader(line, isLast: isLast)
      return nil
    }
    guard !line.isEmpty else { return nil }
    guard let test = try? JSONDecoder().decode(RunRecord.Test.self, from: Data(line)) else {
      damagedLines += 1
      return nil
    }
    return test
  }

  mutating func noteDamage() { damagedLines += 1 }

  /// - Returns: Whether it is one; a later header that was cut is a damaged line, since the tests before it can be read.
  @discardableResult
  mutating func takeHeader(_ line: some Collection<UInt8>, isLast: Bool) throws -> Bool {
    do {
      header = try readHeader(Data(line), isLast: isLast)
      return true
    } catch RunRecordError.cutHeader where header != nil {
      damagedLines += 1
      return false
    }
  }

  /// The keys are sorted, so that every header begins like this.
  private static let beginning = Data(#"{"format":"swift-database-testing\/run""#.utf8)

  /// Files that were merged have several.
  package static func isHeader(_ line: some Collection<UInt8>) -> Bool { line.starts(with: beginning) }

  private struct Preamble: Decodable {
    var format: String
    var version: Int
  }

  private func readHeader(_ line: Data, isLast: Bool) throws -> RunRecord.Header {
    guard !(line.isEmpty && isLast) else { throw RunRecordError.empty(name) }
    guard let preamble = try? JSONDecoder().decode(Preamble.self, from: line) else {
      let isCut = isLast && (Self.beginning.starts(with: line) || Self.isHeader(line))
      throw isCut ? RunRecordError.cutHeader(name) : RunRecordError.foreign(name)
    }
    guard preamble.format == RunRecord.format else { throw RunRecordError.foreign(name) }
    guard preamble.version == RunRecord.version else {
      throw RunRecordError.otherVersion(name, found: preamble.version)
    }
    guard let header = try? JSONDecoder().decode(RunRecord.Header.self, from: line) else {
      throw RunRecordError.cutHeader(name)
    }
    return header
  }

  /// Reads a whole file that is in memory.
  ///
  /// - Returns: The tests that are whole, and how many lines were not.
  package static func tests(
    in bytes: some Collection<UInt8>, name: String
  ) throws -> (tests: [RunRecord.Test], damagedLines: Int) {
    var reader = RunRecordReader(name: name)
    var tests: [RunRecord.Test] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0A) {
      if let test = try reader.read(rest[..<end]) { tests.append(test) }
      rest = rest[rest.index(after: end)...]
    }
    if reader.header == nil || !rest.isEmpty, let test = try reader.read(rest, isLast: true) { tests.append(test) }
    return (tests, reader.damagedLines)
  }
}

/// Why the record of a run cannot be read.
package enum RunRecordError: Error, Equatable, CustomStringConvertible {
  case empty(String)
  case cutHeader(String)
  case foreign(String)
  case otherVersion(String, found: Int)

  /// What was expected, what was found, what to do.
  package var description: String {
    switch self {
    case .empty(let name):
      "\(name) is empty: its process ended before a test did. Leave it out."
    case .cutHeader(let name):
      "\(name) is cut within its first line, so that no test of it is left. Leave it out."
    case .foreign(let name):
      "\(name) is no record of a test run: its first line does not begin with \"format\":\"\(RunRecord.format)\"."
    case .otherVersion(let name, let found):
      """
      \(name) is of version \(found) and this tool reads version \(RunRecord.version). \
      Use the tool of the package version that wrote it.
      """
    }
  }
}
