import Foundation
import PackagePlugin

/// `swift package database-report …` runs the tool with the arguments as they are.
@main
struct DatabaseReportPlugin: CommandPlugin {
  func performCommand(context: PluginContext, arguments: [String]) throws {
    let process = Process()
    process.executableURL = try context.tool(named: "database-report").url
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { exit(process.terminationStatus) }
  }
}
