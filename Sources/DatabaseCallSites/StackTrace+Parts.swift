/// What the words of a stack stand for.
extension StackTrace {
  /// The code of one task, or of a thread.
  package struct Part: Sendable, Hashable {
    /// The return addresses of what is being executed.
    package var synchronous: [UInt] = []
    /// The addresses at which the functions that await it are resumed.
    package var awaiting: [UInt] = []
  }

  /// The code that the stack was captured in, then the code that created its task, then what created that one's.
  package var parts: [Part] {
    var parts = [Part()]
    for word in words {
      switch StackWord(word) {
      case .returns(let address): parts[parts.count - 1].synchronous.append(address)
      case .awaits(let address): parts[parts.count - 1].awaiting.append(address)
      case .creator: parts.append(Part())
      case .root: break
      }
    }
    return parts
  }

  /// The return addresses of what the thread was executing.
  package var synchronous: [UInt] {
    Array(
      words.prefix { word in
        if case .returns = StackWord(word) { true } else { false }
      })
  }

  /// The addresses at which the functions that await it are resumed.
  package var awaiting: [UInt] { parts[0].awaiting }

  /// The code that created the task, the code that created that one's, and so on.
  package var creators: ArraySlice<Part> { parts.dropFirst() }

  /// Whether a function of the app awaits what is executed, or created its task.
  package var isAwaitedByApp: Bool { appFrames.contains { $0.isAwaiting || $0.createdTasks > 0 } }

  /// Whether nothing is missing, up to where the recording began: equal ones prove that the same code ran.
  package var isComplete: Bool { words.last.map(StackWord.init) == .root }
}
