internal import ArgumentParser
internal import DatabaseReporting
internal import Foundation

/// What the commands share to talk to people: results on standard output, everything else on standard error.
enum Terminal {
  static let isOutputATerminal = isatty(STDOUT_FILENO) == 1
  static let isErrorATerminal = isatty(STDERR_FILENO) == 1

  /// By `NO_COLOR`, `COLUMNS`, and what the terminal says.
  static var style: TextStyle {
    let environment = ProcessInfo.processInfo.environment
    var size = winsize()
    var width = environment["COLUMNS"].flatMap { Int($0) } ?? 0
    if width <= 0, isOutputATerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 { width = Int(size.ws_col) }
    let isColoured = isOutputATerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    return TextStyle(width: width > 0 ? width : 120, isColoured: isColoured)
  }

  /// Which run was read, where there were several, and what could not be read.
  ///
  /// - Parameter name: What messages call the files.
  static func tell(_ outcome: RecordFiles.Outcome, of name: String? = nil) {
    if let text = outcome.note { note("note: \(name.map { "\($0): " } ?? "")\(text)") }
    for line in outcome.warnings { note("warning: \(line)") }
  }

  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Runs a command; what it cannot do ends the process with 2 and a line that says what to do.
  static func run(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let code as ExitCode {
      throw code
    } catch {
      note("error: \(error)")
      throw ExitCode(2)
    }
  }
}

/// A line that says how far a long work is, on a terminal alone, once it has taken half a second.
final class ProgressLine {
  private let label: String
  private let size: Int
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?

  init(_ label: String, size: Int) {
    self.label = label
    self.size = size
    began = clock.now
  }

  deinit { clear() }

  func update(_ done: Int) {
    let now = clock.now
    guard Terminal.isErrorATerminal, size > 0, now - (shown ?? began) > .milliseconds(shown == nil ? 500 : 100) else {
      return
    }
    shown = now
    let percent = min(100, Int(Double(done) / Double(size) * 100))
    FileHandle.standardError.write(Data("\r\(label): \(percent) % of \(size >> 20) MB ".utf8))
  }

  func clear() {
    guard shown != nil else { return }
    shown = nil
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
