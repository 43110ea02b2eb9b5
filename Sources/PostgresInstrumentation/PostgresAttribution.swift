#if PostgreSQL
  internal import DatabaseInstrumentation
  internal import DatabaseSupport

  /// Whose the statements of a connection are that many recordings share.
  ///
  /// The log, the driver or a span of the client tells whose a statement is. All that is sent within a transaction is of one
  /// recording, so that one statement of it that was told of is enough. Where several sent a `BEGIN` it waits for the next one, to be
  /// told with it.
  struct PostgresAttribution {
    struct Owner {
      /// `nil`: as the task and the connection say, which here is nobody's or that of the only one.
      var scope: RecordingScope?
      /// Who may be meant as well.
      var rivals: [RecordingScope] = []
      var isCertain = true
      /// When it happened, if that is over, in nanoseconds of the monotonic clock.
      var time: UInt64?

      func run(_ body: () -> Void) {
        guard let scope else { return body() }
        RecordingScope.$current.withValue(scope, operation: body)
      }
    }

    private struct Begin {
      var id: Int
      var event: PostgresEvent
      var start: UInt64
      var end: (event: PostgresEvent, time: UInt64)?
    }

    /// On which the statements are seen.
    private var way: SeenStatements.Way?
    private var owners: [Int: Owner] = [:]
    private var isInTransaction = false
    private var transaction: RecordingScope?
    private var begin: Begin?

    /// - Parameters:
    ///   - way: On which the statements are seen, once the client has named its database.
    ///   - note: Is given what happened, and whose it is.
    mutating func follow(
      _ event: PostgresEvent, on way: SeenStatements.Way?, _ note: (PostgresEvent, Owner) -> Void
    ) {
      self.way = way
      switch event {
      case .began(let id, let text?, _, let parameters):
        let begins = begin == nil && !isInTransaction && text.beginsTransaction
        let owner = owner(of: text, parameters, takesDoubtful: !begins)
        if begins {
          guard owner.isCertain else {
            begin = Begin(id: id, event: event, start: monotonicNanoseconds())
            return
          }
          transaction = owner.scope
        }
        flush(to: owner.scope, note)
        owners[id] = owner
        note(event, owner)
      case .ended(let id, let outcome):
        if begin?.id == id {
          begin?.end = (event, monotonicNanoseconds())
          if outcome.failure == nil { isInTransaction = true } else { flush(to: nil, note) }
          return
        }
        note(event, owners.removeValue(forKey: id) ?? Owner())
      case .transaction(.idle):
        flush(to: nil, note)
        isInTransaction = false
        transaction = nil
        note(event, Owner())
      case .transaction:
        isInTransaction = true
        note(event, Owner())
      case .commitFailed: note(event, Owner(scope: transaction?.unfinished))
      default: note(event, Owner())
      }
    }

    private mutating func owner(
      of text: String, _ parameters: [PostgresParameter], takesDoubtful: Bool
    ) -> Owner {
      let open = isInTransaction ? transaction?.unfinished : nil
      guard let way,
        let told = SeenStatements.shared.claim(
          text, values: parameters.map(\.seen), on: way, inside: open, takesDoubtful: takesDoubtful)
      else { return Owner(scope: open) }
      if isInTransaction, told.isCertain, transaction == nil { transaction = told.scope }
      return Owner(scope: told.scope ?? open, rivals: told.rivals, isCertain: told.isCertain)
    }

    /// Tells of the `BEGIN` that waited.
    private mutating func flush(to scope: RecordingScope?, _ note: (PostgresEvent, Owner) -> Void) {
      guard let begin else { return }
      self.begin = nil
      if case .began(_, let text?, _, _) = begin.event, let way {
        _ = SeenStatements.shared.claim(text, values: [], on: way, inside: scope)
      }
      note(begin.event, Owner(scope: scope, time: begin.start))
      if let end = begin.end { note(end.event, Owner(scope: scope, time: end.time)) }
    }
  }

  extension PostgresParameter {
    /// As it is compared with what a log or a driver told of.
    var seen: SeenValue { bytes == nil ? .known(nil) : readable.map { .known($0) } ?? .unknown }
  }

  extension String {
    /// Whether it is a `BEGIN`, or a `START TRANSACTION`.
    fileprivate var beginsTransaction: Bool {
      let words = split(maxSplits: 2, whereSeparator: { !$0.isLetter }).prefix(2).map { $0.uppercased() }
      return words.first == "BEGIN" || words == ["START", "TRANSACTION"]
    }
  }
#endif
