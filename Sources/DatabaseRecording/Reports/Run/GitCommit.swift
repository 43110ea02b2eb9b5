internal import Foundation

/// The commit that is checked out, read from the files of Git: a test run must not depend on a command.
enum GitCommit {
  /// - Parameter folder: Inside of the checkout.
  /// - Returns: 40 or 64 hexadecimal digits; `nil` outside of a checkout, and where Git keeps its references in another form.
  static func current(in folder: URL) -> String? {
    var folder = folder.standardizedFileURL
    for _ in 0..<32 {
      let entry = folder.appendingPathComponent(".git")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: entry.path, isDirectory: &isFolder) {
        return isFolder.boolValue ? head(of: entry) : linked(entry, in: folder).flatMap(head)
      }
      guard folder.path != "/" else { return nil }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  /// The digits of a commit, or nothing.
  static func checked(_ text: String) -> String? {
    let isCommit = (text.utf8.count == 40 || text.utf8.count == 64) && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    return isCommit ? text.lowercased() : nil
  }

  /// Of a worktree or a submodule, whose `.git` is a file: `gitdir: ../.git/worktrees/name`.
  private static func linked(_ file: URL, in folder: URL) -> URL? {
    guard let line = firstLine(of: file), line.hasPrefix("gitdir: ") else { return nil }
    return URL(fileURLWithPath: String(line.dropFirst("gitdir: ".count)), relativeTo: folder).standardizedFileURL
  }

  private static func head(of folder: URL) -> String? {
    guard let line = firstLine(of: folder.appendingPathComponent("HEAD")) else { return nil }
    guard line.hasPrefix("ref: ") else { return checked(line) }
    let name = String(line.dropFirst("ref: ".count))
    guard name.hasPrefix("refs/"), !name.split(separator: "/").contains("..") else { return nil }
    // Branches of a worktree are kept with those of its repository.
    let common = firstLine(of: folder.appendingPathComponent("commondir"))
      .map { URL(fileURLWithPath: $0, relativeTo: folder).standardizedFileURL }
    for folder in [folder, common].compactMap({ $0 }) {
      if let commit = firstLine(of: folder.appendingPathComponent(name)).flatMap(checked) { return commit }
      if let commit = packed(name, in: folder.appendingPathComponent("packed-refs")) { return commit }
    }
    return nil
  }

  private static func packed(_ name: String, in file: URL) -> String? {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasSuffix(" " + name) {
      if let commit = checked(String(line.dropLast(name.count + 1))) { return commit }
    }
    return nil
  }

  private static func firstLine(of file: URL) -> String? {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
    return text.split(whereSeparator: \.isNewline).first.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
