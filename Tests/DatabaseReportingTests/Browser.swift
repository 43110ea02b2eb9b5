import Foundation

#if os(Linux) || os(macOS)
  /// A real browser without a window, where one is installed.
  struct Browser {
    private static let places =
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").flatMap { folder in
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map { "\(folder)/\($0)" }
      } + ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]

    static let path = places.first { FileManager.default.isExecutableFile(atPath: $0) }
    static let missing = "no Chromium or Chrome is installed"

    /// The document after its scripts ran, as text.
    ///
    /// - Parameters:
    ///   - file: The page.
    ///   - fragment: What follows `#` in the address.
    ///   - width: Of the window.
    static func document(of file: String, fragment: String = "", width: Int = 1_280) throws
      -> String
    {
      let folder = try Folder()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path ?? "")
      process.arguments =
        [
          "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
          "--timeout=30000",
          "--user-data-dir=\(folder.path)", "--window-size=\(width),1200", "--dump-dom",
          URL(fileURLWithPath: file).absoluteString + (fragment.isEmpty ? "" : "#\(fragment)"),
        ]
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      // A browser that hangs must not keep the suite: it is ended after a minute.
      let watch = DispatchWorkItem { process.terminate() }
      DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watch)
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      watch.cancel()
      return String(decoding: data, as: UTF8.self)
    }
  }
#endif
