extension StackTrace {
  /// The innermost line of the app outside of `file`; where there is none `site`, or else the innermost one of all.
  func callSite(outside file: StaticString?, otherwise site: CallSite?) -> CallSite? {
    guard let file else { return callSite() ?? site }
    let path = "\(file)"
    let frames = appFrames
    return frames.first { $0.file != path }?.callSite ?? site ?? frames.first?.callSite
  }
}
