/// What an ORM declared around its statements, for as long as a task has it: that of the scope, and those begun in it which outlive it.
///
/// Meanwhile no source writes records by itself; afterwards they do again.
final class TaskDeclaration<Subject: Sendable>: Sendable {
  let subject: Subject

  init(_ subject: Subject) {
    self.subject = subject
    StatementDemand.shared.want(.detours)
  }

  deinit { StatementDemand.shared.withdraw(.detours) }
}
