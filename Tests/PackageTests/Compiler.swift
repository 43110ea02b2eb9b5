#if os(Linux)
  import Foundation
  import Testing

  /// The compiler, asked whether a text is Swift that this package's users could write.
  enum Compiler {
    /// The errors in a source file that may use all modules of this build.
    ///
    /// - Parameter isChecked: Whether the use of values is checked as well, which needs more than their types.
    static func errors(of source: String, isChecked: Bool = false) throws -> [String] {
      let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      let products = try productsFolder(from: build)
      var arguments = ["-swift-version", "6", "-I", products.appendingPathComponent("Modules").path]
      arguments += try moduleMaps(in: products).flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
      // As the package manager passes them: a header of one C module includes that of another.
      let sources = Documentation.package.appendingPathComponent("Sources")
      for module in try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted() {
        let headers = sources.appendingPathComponent("\(module)/include").path
        if FileManager.default.fileExists(atPath: headers) { arguments += ["-Xcc", "-I\(headers)"] }
      }
      let plugins = try toolchain().appendingPathComponent("lib/swift/host/plugins/testing").path
      let mode = isChecked ? ["-emit-sil", "-o", "/dev/null"] : ["-typecheck"]
      return try typecheck(source, mode + arguments + ["-plugin-path", plugins])
    }

    /// The errors in a package's manifest.
    static func errors(ofManifest source: String) throws -> [String] {
      let interface = try toolchain().appendingPathComponent("lib/swift/pm/ManifestAPI").path
      return try typecheck(
        source, ["-typecheck", "-swift-version", "6", "-package-description-version", "6.2.0", "-I", interface])
    }

    private static func typecheck(_ source: String, _ arguments: [String]) throws -> [String] {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("blocks-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let file = folder.appendingPathComponent("Blocks.swift")
      try source.write(to: file, atomically: true, encoding: .utf8)
      let (output, status) = try run(
        "swiftc",
        ["-parse-as-library", "-suppress-warnings", "-diagnostic-style", "llvm"] + arguments + [file.path]
      )
      let errors = output.split(separator: "\n").filter { $0.contains(": error: ") }.map(String.init)
      try #require(status == 0 || !errors.isEmpty, "the compiler failed: \(output)")
      return errors
    }

    private static func run(_ tool: String, _ arguments: [String]) throws -> (output: String, status: Int32) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [tool] + arguments
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = pipe
      try process.run()
      let output = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    private static func toolchain() throws -> URL {
      let (path, _) = try run("sh", ["-c", "readlink -f \"$(command -v swiftc)\""])
      return URL(fileURLWithPath: path.trimmingCharacters(in: .whitespacesAndNewlines))
        .deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The folder of the build that this test is part of.
    private static func productsFolder(from start: URL) throws -> URL {
      let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
      let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? start
      try #require(FileManager.default.fileExists(atPath: folder.appendingPathComponent("Modules").path))
      return folder
    }

    /// Those of C modules, which Swift's modules need to be read: the generated ones, and those that stand in the sources.
    private static func moduleMaps(in products: URL) throws -> [String] {
      let generated = try FileManager.default.contentsOfDirectory(at: products, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "build" }.map { $0.appendingPathComponent("module.modulemap") }
      let scratch = products.deletingLastPathComponent().deletingLastPathComponent()
      let folders =
        ["Sources", "Tests"].map(Documentation.package.appendingPathComponent)
        + ((try? FileManager.default.contentsOfDirectory(
          at: scratch.appendingPathComponent("checkouts"), includingPropertiesForKeys: nil)) ?? [])
        .map { $0.appendingPathComponent("Sources") }
      let written = folders.flatMap { folder in
        ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []).flatMap {
          [$0.appendingPathComponent("module.modulemap"), $0.appendingPathComponent("include/module.modulemap")]
        }
      }
      var names = Set<String>()
      return (generated + written).map(\.path).filter { path in
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return false }
        let words = text.split { " \n".contains($0) }
        guard let keyword = words.firstIndex(of: "module"), keyword + 1 < words.count else { return false }
        return names.insert(String(words[keyword + 1])).inserted
      }
    }
  }
#endif
