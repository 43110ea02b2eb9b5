import DatabaseTesting
import Foundation
import TestSupport

/// Records `count` calls, each as a line of the report, and then ends as `ending` says.
func writeReport(_ arguments: [String]) -> Never {
  guard let count = arguments.first.flatMap(Int.init), let ending = arguments.dropFirst().first else {
    print("use: report COUNT exit|crash|fork [FOLDER]")
    exit(2)
  }
  // As a test may, before anything is recorded.
  if let folder = arguments.dropFirst(2).first { _ = FileManager.default.changeCurrentDirectoryPath(folder) }
  do {
    let shop = try withoutDatabaseRecording { try Shop(authors: 3, booksPerAuthor: 2) }
    for _ in 0..<count {
      try expectDatabase(.queries(...3)) { try shop.authorsWithBooks() }
    }
    switch ending {
    case "crash":
      try expectDatabase(.queries(...3)) {
        try shop.authorsWithBooks()
        signal(SIGABRT, SIG_DFL)
        abort()
      }
    #if os(Linux)
      case "fork":
        let child = fork()
        // A child whose memory is a copy of its parent's, its file as well.
        try expectDatabase(.queries(...3)) { try shop.authorsWithBooks() }
        if child == 0 { kill(getpid(), SIGKILL) }
        var status: Int32 = 0
        waitpid(child, &status, 0)
    #endif
    default:
      break
    }
  } catch {
    print("failed: \(error)")
  }
  print("ran \(count)")
  fflush(nil)
  exit(0)
}
