#if os(Linux)
  import Testing

  @Suite struct UniqueLeaseTests {
    private func errors(_ lines: String...) throws -> [String] {
      let source = """
        import DatabaseTesting

        func giveBack(_ pool: FakePool<Int>) async throws {
          let lease = try await pool.checkoutUnique()
          \(lines.joined(separator: "\n  "))
        }
        """
      return try Compiler.errors(of: source, isChecked: true)
    }

    @Test func givingALeaseBackOnceCompiles() throws {
      #expect(try errors("_ = try lease.connection", "try lease.checkin()") == [])
    }

    @Test(arguments: ["try lease.checkin()", "_ = try lease.detach()", "_ = try lease.connection"])
    func usingItAfterItsReturnDoesNot(_ use: String) throws {
      let errors = try errors("try lease.checkin()", use)
      #expect(errors.count == 1)
      #expect(
        errors.first?.hasSuffix("error: 'lease' consumed more than once") == true
          || errors.first?.hasSuffix("error: 'lease' used after consume") == true, "\(errors)")
    }

    @Test func copyingItDoesNot() throws {
      let errors = try errors("let other = lease", "try other.checkin()", "try lease.checkin()")
      #expect(errors.count == 1, "\(errors)")
    }
  }
#endif
