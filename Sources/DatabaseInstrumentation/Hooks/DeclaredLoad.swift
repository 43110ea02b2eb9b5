internal import Tracing

/// A load that an ORM declared around its statements.
package final class DeclaredLoad: Sendable {
  /// `nil`: a plain load by primary key, which follows no relationship.
  package let strategy: LoadStrategy?
  package let relationship: String
  package let parentCount: Int?
  /// What the observer of the process keeps of it.
  package let observation: (any Observation)?

  /// The one in which its statements run.
  private let context: ServiceContext?

  @TaskLocal static var bound: TaskDeclaration<DeclaredLoad>?

  /// The load around the current task; costs one load of a number where no ORM declares any.
  package static var current: DeclaredLoad? {
    StatementDemand.shared.hasDetours ? bound?.subject : nil
  }

  /// - Parameter details: What only the observer of the process understands.
  package init(
    _ strategy: LoadStrategy?, of relationship: String, parentCount: Int?, details: (any Sendable)? = nil
  ) {
    self.strategy = strategy
    self.relationship = relationship
    self.parentCount = parentCount
    let observed = ProcessObserver.current?.loadDeclared(strategy, of: relationship, details: details)
    observation = observed?.observation
    context = observed?.context
  }

  package func bind<R>(_ body: () throws -> R) rethrows -> R {
    do {
      let result = try Self.$bound.withValue(TaskDeclaration(self)) {
        try ServiceContext.$current.withValue(context ?? ServiceContext.current, operation: body)
      }
      end(nil)
      return result
    } catch {
      end(error)
      throw error
    }
  }

  package func bind<R>(_ body: () async throws -> R) async rethrows -> R {
    do {
      let result = try await Self.$bound.withValue(TaskDeclaration(self)) {
        try await ServiceContext.$current.withValue(context ?? ServiceContext.current, operation: body)
      }
      end(nil)
      return result
    } catch {
      end(error)
      throw error
    }
  }

  private func end(_ error: (any Error)?) {
    if let observation { ProcessObserver.current?.loadEnded(observation, error) }
  }
}
