/// What becomes of the values in the text of a statement that a span or a log carries.
///
/// Recordings, findings and metrics never hold a value, whatever is chosen here.
public struct Redaction: Sendable, Hashable, CustomStringConvertible {
  enum Rule: Sendable, Hashable {
    case values
    case columns(Set<String>)
    case nothing
  }

  let rule: Rule

  /// Every value is replaced by `?`: the default.
  public static let values = Redaction(rule: .values)

  /// The text stays as it was sent.
  public static let none = Redaction(rule: .nothing)

  /// The text stays as it was sent, but for the values of some columns.
  ///
  /// A value stays only if the text shows which column it belongs to (`name = 'Ada'`, `name IN ('Ada')`,
  /// `INSERT INTO author (name) VALUES ('Ada')`, `SET name = 'Ada'`) and the column is none of these; whatever else is a
  /// value becomes `?`.
  ///
  /// - Parameter names: Names without table and quotes, in any case.
  public static func columns(_ names: Set<String>) -> Redaction {
    Redaction(rule: .columns(Set(names.map { $0.lowercased() })))
  }

  /// `values`, `none`, or `columns(email, name)`.
  public var description: String {
    switch rule {
    case .values: "values"
    case .nothing: "none"
    case .columns(let names): "columns(\(names.sorted().joined(separator: ", ")))"
    }
  }
}
