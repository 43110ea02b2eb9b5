/// Why a command cannot do what it was asked; each says what to do.
package enum ReportError: Error, Equatable, CustomStringConvertible {
  case missing(String)
  case noRecords(String)
  case unreadable(String, reason: String)
  case nothingLeft([String])
  case nothingInCommon
  case exists(String)
  case isInput(String)
  case unwritable(String, reason: String)
  case allowance(String)
  case exception(String, line: Int)
  case noExceptions(String)

  package var description: String {
    switch self {
    case .missing(let path):
      "\(path) does not exist. Make it with: DATABASE_TESTING_REPORT=<folder> swift test"
    case .noRecords(let path):
      "\(path) holds no file that ends in .jsonl. Make one with: DATABASE_TESTING_REPORT=\(path) swift test"
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)."
    case .nothingLeft(let problems):
      "None of the files can be read:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    case .nothingInCommon:
      """
      base and head have no test in common, so nothing was compared. Tests are told by module, file and name: \
      were both runs of the same package, and were their tests recorded?
      """
    case .exists(let path):
      "\(path) exists. Name another file, or pass --force to replace it."
    case .isInput(let path):
      "\(path) is one of the files that are read. Name another file for the output."
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason)."
    case .exception(let path, let line):
      """
      \(path):\(line) is no exception: write a test and a reason, such as \
      BookshopTests/SyncTests.swift fetchesPages() because the number of pages is random.
      """
    case .noExceptions(let path):
      "\(path) does not exist. Name a file with a line for each test that may vary, or leave --exceptions out."
    case .allowance(let text):
      "\"\(text)\" is no allowance: write a number (2), a percentage (10%), or any."
    }
  }
}
