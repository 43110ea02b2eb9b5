import DatabaseTesting
import Foundation

@testable import Bookshop

extension Library {
  /// A library in memory with 11 authors of 3 books each. Making it takes part in no expectation.
  static func withShelf() throws -> Library {
    try withoutDatabaseRecording {
      let library = try Library.inMemory()
      try library.fill(with: .shelf)
      return library
    }
  }
}

/// Runs `body` with the path of a database file in a new folder, which is removed afterwards.
func withTemporaryFile(_ body: (_ path: String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder.appendingPathComponent("bookshop.sqlite").path)
}
