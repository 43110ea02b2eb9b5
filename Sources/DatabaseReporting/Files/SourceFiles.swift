internal import Foundation

/// Where the Swift files of a checkout are: a record has their names alone.
package struct SourceFiles: Sendable {
  private var paths: [String: [String]] = [:]

  /// - Parameter folder: The checkout; hidden folders in it, as `.build`, are passed over.
  package init(_ folder: String) {
    let root = URL(fileURLWithPath: folder).standardized
    let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
    let files = FileManager.default.enumerator(
      at: root, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles, .skipsPackageDescendants])
    while let url = files?.nextObject() as? URL {
      guard url.pathExtension == "swift" else { continue }
      let path = url.standardized.path
      guard path.hasPrefix(prefix) else { continue }
      paths[url.lastPathComponent, default: []].append(String(path.dropFirst(prefix.count)))
    }
  }

  /// Relative to the checkout; `nil` where no file or several of this name fit.
  package func path(of file: String, module: String) -> String? {
    let found = paths[file] ?? []
    let ofModule = found.filter { $0.split(separator: "/").dropLast().contains(Substring(module)) }
    return ofModule.count == 1 ? ofModule[0] : found.count == 1 ? found[0] : nil
  }
}
