extension Recording {
  /// What is wrong with the recording according to `expectations`; empty when they all hold. Reports nothing.
  ///
  /// ```swift
  /// let findings = recording.check(.noNPlusOne, .queries(...2))
  /// #expect(findings.isEmpty)
  /// ```
  ///
  /// - Returns: The findings of all of them, the worst first.
  public func check(_ expectations: DatabaseExpectation...) -> [Finding] {
    check(expectations, isInherited: false)
  }

  /// - Parameters:
  ///   - isInherited: Whether the expectations were written for a whole suite.
  ///   - ending: How the scope ended: of one that did not run to its end, only that is told which is wrong however it would
  ///     have gone on.
  package func check(
    _ expectations: [DatabaseExpectation], isInherited: Bool, ending: ScopeEnding = .completed
  ) -> [Finding] {
    let findings = check(expectations, isInherited: isInherited)
    return findings.isEmpty ? [] : findings.filter(ending.judges)
  }

  private func check(_ expectations: [DatabaseExpectation], isInherited: Bool) -> [Finding] {
    var isBlindReported = false
    var reported: Set<ObjectIdentifier> = []
    let doubt = isBlind ? nil : storage.taskless.map { TasklessDoubt(self, $0) }
    // Whoever writes that nothing is sent has said that none is right; a suite's are content with none.
    let isSilent = !isInherited && expectations.contains { $0.demandsNoQueries }
    var findings: [Finding] = []
    for expectation in expectations {
      let expectation = isSilent ? expectation.besideSilence : expectation
      let found = expectation.findings(in: self, isInherited: isInherited)
      for finding in doubt?.judging(found, of: expectation, isInherited: isInherited) ?? found {
        // What leaked is one fault, too.
        if let subject = finding.subject, !reported.insert(subject).inserted { continue }
        // A blind recording is one fault, however many expectations it fails.
        if isBlind, finding.kind == .blind {
          if isBlindReported { continue }
          isBlindReported = true
        }
        findings.append(finding)
      }
    }
    return findings.isEmpty ? [] : findings.worstFirst()
  }
}

/// How a scope ended.
package enum ScopeEnding: Sendable, Hashable {
  case completed
  /// It threw an error of the type of this name.
  case threw(String)
  /// It was skipped or cancelled: nothing failed.
  case left

  /// Whether a finding means anything in a scope that ended so.
  func judges(_ finding: Finding) -> Bool {
    switch self {
    case .completed: true
    case .threw: finding.isFinal
    case .left: finding.kind == .leak
    }
  }
}
