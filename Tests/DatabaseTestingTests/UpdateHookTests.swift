#if os(Linux)
  import TestSupport
  import Testing

  /// Row changes where SQLite has no preupdate hook, as Apple's own has none: `Tests/UpdateHookProbe` does without it.
  @Suite struct UpdateHookTests {
    private func probe(_ arguments: String...) throws -> [String] {
      try Probe(name: "UpdateHookProbe").run(
        arguments, environment: ["SWIFT_BACKTRACE": "enable=no", "DATABASE_TESTING_ANNOTATIONS": "0"])
    }

    /// Whether the update hook is shared with the app, or is that of the connection alone.
    @Test(.needs(.interposition), arguments: [true, false])
    func whatIsKnownOfSingleStatements(isShared: Bool) throws {
      let output = try isShared ? probe("statements") : probe("statements", "--unshared")
      #expect(output.first == "tells row changes: false, shares the update hook: \(isShared)")
      var expected = Self.statements
      if !isShared {
        // The hook may have been replaced, so that a failure before the first row is no proof that nothing ran.
        expected = expected.map {
          $0 == "failed at once: nothing | known" ? "failed at once: nothing, not committed | unknown" : $0
        }
      }
      #expect(Array(output.dropFirst().dropLast()) == expected)
      #expect(output.last == "too late to pretend: true")
    }

    private static let statements = [
      "insert: inserted t 2 | known",
      "update: updated t 2 | known",
      "update of the key: updated t 3 | known",
      "delete: deleted t 1 | known",
      "delete of all rows: deleted t 3 | known",
      "delete of all temporary rows: deleted temp.d 2 | known",
      "nothing: nothing | known",
      "upsert: inserted t 1; updated t 1 | known",
      "insert or ignore: inserted t 1 | known",
      "another case: deleted Book 2 | known",
      "trigger: inserted a 2, log 2 | indirect inserted log 2 | known",
      "trigger on its own table: inserted s 4 | indirect inserted s 3 | known",
      "trigger into a table without rowid: inserted b 1 | unknown",
      "trigger of a view: inserted a 1, log 1 | indirect inserted a 1, log 1 | known",
      "trigger that replaces: inserted c 1, latest 1 | indirect inserted latest 1 | unknown",
      "failed after a trigger: nothing (executed: inserted a 2, log 2), not committed | indirect inserted log 2 | known",
      "or fail after a trigger: inserted a 2, log 2 | indirect inserted log 2 | known",
      "cascade: updated n 1; deleted c 2, p 1 | indirect updated n 1; deleted c 2 | known",
      "cascade into a table without rowid: deleted c 1, p 1 | indirect deleted c 1 | unknown",
      "without rowid: inserted w 2 | known",
      "update without rowid: updated w 2 | known",
      "delete without rowid: deleted w 1 | known",
      "upsert without rowid: inserted w 2 | unknown",
      "failed without rowid: nothing, not committed | unknown",
      "replace: inserted t 1 | unknown",
      "insert or replace: inserted t 1 | unknown",
      "update or replace: updated t 2 | unknown",
      "the function replace: updated t 3 | known",
      "on conflict replace: inserted r 1 | unknown",
      "failed at once: nothing | known",
      "failed half-way: nothing (executed: inserted t 2), not committed | known",
      "or fail: inserted t 1 | known",
      "or rollback: nothing (executed: inserted t 2), not committed | known",
      "attached: inserted old.t 2, t 1; deleted old.t 2 | known",
      "temporary: inserted temp.d 1 | known",
      "savepoint: inserted t 1 (executed: inserted t 2) | known",
      "rollback: nothing (executed: deleted t 3), not committed | known",
      "full text search: inserted f 1 | unknown",
      "definitions: nothing | known",
      "a table made of another: inserted copy 1 | known",
      "a renamed table: inserted u 1 | known",
      "returning: inserted t 2 | known",
      "returning, not read to its end: inserted t 2 | known",
      "returning without rowid: inserted w 2 | known",
      "returning without rowid, not read to its end: nothing | unknown",
      "another statement while it is open: inserted t 2 | known",
      "another statement while it is open: updated t 1 | known",
      "another statement while it is open: updated t 1 | known",
      "in a file: inserted t 1 | known",
      "in a file, on conflict replace: inserted r 1 | unknown",
      "in an attached file: inserted old.t 1 | unknown",
    ]

    @Test(.needs(.interposition)) func anAppsOwnHookRunsBesideOurs() throws {
      #expect(
        try probe("hooks") == [
          "tells row changes: false, shares the update hook: true",
          "no hook before: true",
          "beside an app's hook: inserted log 2, t 2 | indirect inserted log 2 | known",
          "the app heard 4",
          "its context is given back: true",
          "beside its second hook: inserted log 1, t 1 | indirect inserted log 1 | known",
          "the app heard 4 and 2",
          "and the second: true",
          "without the app's hook: inserted log 1, t 1 | indirect inserted log 1 | known",
          "the app heard 4 and 2",
          "beside an earlier hook: inserted log 2, t 2 | indirect inserted log 2 | known",
          "the app heard 4",
          "its context is given back: true",
          "the app heard 4",
          "with row changes off: inserted t 2 | unknown",
          "and on again: inserted log 2, t 2 | indirect inserted log 2 | known",
          "the app heard 8",
          "too late to pretend: true",
        ])
    }

    @Test func whereItCannotBeSharedTheAppsHookReplacesOurs() throws {
      let output = try probe("hooks", "--unshared")
      for line in [
        "beside an app's hook: inserted t 2 | unknown", "the app heard 4",
        "beside its second hook: inserted t 1 | unknown", "the app heard 4 and 2", "and the second: true",
        "without the app's hook: inserted t 1 | unknown", "beside an earlier hook: inserted t 2 | unknown",
        "and on again: inserted t 2 | unknown", "the app heard 8",
      ] {
        #expect(output.contains(line), "\(line)\n\(output.joined(separator: "\n"))")
      }
    }

    @Test(.needs(.interposition)) func flushPassesFailsAndSaysWhatItCannotKnow() throws {
      let output = try probe("flush")
      func findings(_ step: String) -> [String] {
        Array(output.drop { $0 != step }.dropFirst().prefix { !$0.hasSuffix(":") && !$0.hasPrefix("too late") })
      }
      #expect(findings("passes:") == [])
      let failed = findings("fails:")
      #expect(
        failed.first?.hasSuffix("Expected no rows inserted into book, found 1, and 1 more count differs.") == true,
        "\(output)")
      #expect(failed.contains("  1×  committed, autocommit: deleted page 1    #1"))
      #expect(failed.contains("  1×  committed, autocommit: inserted book 1    #2"))
      #expect(
        findings("cannot tell:").first?.hasSuffix(
          ".flush(inserted: [\"book\": 1]) cannot be checked: SQLite did not tell all rows that were changed: without its "
            + "preupdate hook it says nothing of rows that REPLACE removes, and counts others without a word on their table."
        ) == true, "\(output)")
    }

    /// Against the preupdate hook that the probe does without, and against the tables themselves; see `RandomWrites.swift`.
    @Test(.needs(.interposition), arguments: [["1"], ["2", "--unshared"]])
    func whatIsSaidToBeKnownIsSo(_ arguments: [String]) throws {
      let output = try Probe(name: "UpdateHookProbe").run(["random", arguments[0], "600"] + arguments.dropFirst())
      #expect(
        Array(output.dropFirst()) == [
          "rounds 600", "wrong 0", "plain and unknown 0", "most are known: true", "some are unknown: true",
          "too late to pretend: true",
        ])
    }

    #if GRDB
      /// With the update hook shared, and where only GRDB has it: then its `TransactionObserver` tells.
      @Test(.needs(.interposition), arguments: [true, false])
      func grdb(isShared: Bool) throws {
        let output = try isShared ? probe("grdb") : probe("grdb", "--unshared")
        let trigger =
          isShared ? "inserted book 1, log 1 | indirect inserted log 1 | known" : "inserted book 1 | unknown"
        let failure =
          isShared
          ? "nothing (executed: inserted book 1, log 1), not committed | indirect inserted log 1 | known"
          : "nothing, not committed | unknown"
        #expect(
          output.filter { !$0.hasPrefix("  ") && !$0.contains("error:") } == [
            "tells row changes: false, shares the update hook: \(isShared)",
            "records: inserted book 1, log 1 | indirect inserted log 1 | known",
            "cascade: deleted book 1, page 2 | indirect deleted page 2 | known",
            "all rows: deleted page 1 | known",
            "without rowid: inserted tag 2 | known",
            "replace: inserted book 1, log 1 | indirect inserted log 1 | unknown",
            "savepoint that is undone: inserted book 1, log 1 (executed: inserted book 1, log 1, tag 1) "
              + "| indirect inserted log 1 | known",
            "savepoint that is kept: updated book 1 | known",
            // GRDB tells of changes behind a savepoint when it is released.
            "trigger in a savepoint: \(trigger)",
            "failure: nothing | known",
            "failure in a savepoint: \(failure)",
            "beside observations: inserted book 1, log 1 | indirect inserted log 1 | known",
            "of another table: updated log 7 | known",
            "the observer heard 1, the observation 4",
            "without them: inserted book 1, log 1 | indirect inserted log 1 | known",
            "passes:",
            "fails:",
            "too late to pretend: true",
          ])
        #expect(
          output.contains { $0.contains("error: outside of a test: Expected 2 rows inserted into book, found 1.") })
      }
    #endif
  }
#endif
