internal import DatabaseInstrumentation
internal import DatabaseSupport
internal import Foundation

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The `swift test` that started this process, however many processes it starts.
///
/// `swift test` runs Swift Testing and XCTest in two processes, and with `--parallel` each test of XCTest in one of its own. What they
/// have in common is the process that waits for them, by its number and by when it began, since numbers are used again.
enum TestLaunch {
  /// A process as the system describes it.
  struct Entry: Equatable {
    var number: Int32
    var parent: Int32
    /// In the system's own unit.
    var started: UInt64
    /// What it is called: its executable, and the first of its arguments.
    var names: [String]
  }

  private static let launchers: Set<String> = ["swift-test", "xcodebuild"]

  /// - Parameters:
  ///   - process: This one.
  ///   - entry: Looks up a process.
  /// - Returns: The nearest `swift test` around the process, or else the process itself: what a shell starts one after the other is not
  ///   one run.
  static func launcher(of process: Entry, _ entry: (Int32) -> Entry?) -> Entry {
    var next = process.parent
    for _ in 0..<32 {
      guard next > 0, let found = entry(next), found.number != found.parent else { break }
      if found.names.contains(where: { launchers.contains($0) }) { return found }
      next = found.parent
    }
    return process
  }

  /// 16 hexadecimal digits.
  static func current(host: String) -> String {
    // Xcode's processes are started by the system, and know their session instead.
    if let session = ProcessInfo.processInfo.environment["XCTestSessionIdentifier"], !session.isEmpty {
      return digits("\(host) \(session)")
    }
    let number = ProcessInfo.processInfo.processIdentifier
    guard let own = entry(number) else { return digits("\(host) \(number) \(Date().timeIntervalSince1970)") }
    let launcher = launcher(of: own, entry)
    return digits("\(host) \(boot) \(launcher.number) \(launcher.started)")
  }

  private static func digits(_ text: String) -> String {
    let digits = String(Fingerprint.of(text), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Without asking a name server, as `ProcessInfo.hostName` does.
  static var host: String? {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
    let name = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return name.isEmpty ? nil : name
  }

  #if os(Linux)
    /// Tells the times of two starts of a machine apart.
    private static var boot: String {
      (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    }

    private static func entry(_ number: Int32) -> Entry? {
      let folder = "/proc/\(number)"
      guard let status = FileManager.default.contents(atPath: folder + "/stat"),
        let arguments = FileManager.default.contents(atPath: folder + "/cmdline")
      else { return nil }
      return parse(String(decoding: status, as: UTF8.self), arguments: String(decoding: arguments, as: UTF8.self))
    }
  #elseif canImport(Darwin)
    private static let boot = ""

    private static func entry(_ number: Int32) -> Entry? {
      var query = [CTL_KERN, KERN_PROC, KERN_PROC_PID, number]
      var info = kinfo_proc()
      var size = MemoryLayout<kinfo_proc>.stride
      guard sysctl(&query, UInt32(query.count), &info, &size, nil, 0) == 0, size > 0 else { return nil }
      let name = withUnsafeBytes(of: info.kp_proc.p_comm) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let time = info.kp_proc.p_un.__p_starttime
      return Entry(
        number: number, parent: info.kp_eproc.e_ppid,
        started: UInt64(clamping: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_usec)), names: [name])
    }
  #else
    private static let boot = ""

    private static func entry(_ number: Int32) -> Entry? { nil }
  #endif

  /// Of Linux's `/proc/<number>/stat` and `cmdline`, see `proc_pid_stat(5)`. A name may hold spaces and brackets.
  static func parse(_ status: String, arguments: String) -> Entry? {
    guard let open = status.firstIndex(of: "("), let close = status.lastIndex(of: ")"), open < close,
      let number = Int32(status[..<open].trimmingCharacters(in: .whitespaces))
    else { return nil }
    let fields = status[status.index(after: close)...].split(whereSeparator: \.isWhitespace)
    guard fields.count > 19, let parent = Int32(fields[1]), let started = UInt64(fields[19]) else { return nil }
    let program = arguments.split(separator: "\0").first?.split(separator: "/").last.map(String.init)
    return Entry(
      number: number, parent: parent, started: started,
      names: [String(status[status.index(after: open)..<close])] + (program.map { [$0] } ?? []))
  }
}
