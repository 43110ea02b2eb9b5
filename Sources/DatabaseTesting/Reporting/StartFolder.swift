internal import Foundation

#if SQLite
  internal import CSQLiteInstallAtLoad
#endif

/// The working directory that the paths of the environment are relative to: that in which the process began, since a test may change
/// it.
///
/// Known from when the program was loaded; without the package trait `SQLite`, from the first recording on.
enum StartFolder {
  static let url: URL = {
    var path = ""
    #if SQLite
      path = String(cString: dbh_folder_at_load())
    #endif
    if path.isEmpty { path = FileManager.default.currentDirectoryPath }
    return URL(fileURLWithPath: path, isDirectory: true)
  }()

  /// The absolute path of one that the environment names.
  static func path(_ path: String, in folder: URL = url) -> String {
    path.hasPrefix("/") ? path : folder.appendingPathComponent(path).path
  }
}
