internal import ArgumentParser
internal import DatabaseReporting

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts the records of several processes or machines into one file.")

  @OptionGroup var paths: Paths
  @OptionGroup var output: Output

  func run() throws {
    try Terminal.run {
      let files = try RecordFiles(paths.paths)
      let progress = ProgressLine("Merging", size: files.size)
      let outcome = try RecordMerge.merge(
        files, into: output.output, replaces: output.force, progress: progress.update)
      progress.clear()
      Terminal.tell(outcome)
    }
  }
}
