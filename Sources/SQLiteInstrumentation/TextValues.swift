internal import CSQLiteHooks
internal import DatabaseInstrumentation
internal import DatabaseSupport

/// Where the values of each text are, as the C module reads it: made once for each text, and kept for the life of the process.
///
/// Texts with parameters are mostly alike in this, and share what is kept.
final class TextValues: Sendable {
  static let shared = TextValues()

  fileprivate let state = Locked(State())

  fileprivate struct State {
    var byText = HashIndex()
    var all: ContiguousArray<Kept> = []
    var index: [StatementValues: UInt32] = [:]
    /// Runs that are kept.
    var runs = 0
  }

  // Never freed, and never changed once it is shared.
  fileprivate struct Kept: @unchecked Sendable {
    var address: UnsafePointer<dbh_text_values>
  }

  private static let textLimit = 65_536
  private static let runLimit = 1 << 18
  /// Runs of one text: the keys of a longer list are not told apart.
  fileprivate static let longest = 2_048

  /// - Returns: `nil` where there are too many.
  func values(of text: UnsafeBufferPointer<UInt8>, hash: UInt64, shape: StatementShape) -> UnsafePointer<
    dbh_text_values
  >? {
    let (known, isFull) = state.withLock { state in
      (state.byText[hash].map { state.all[Int($0)] }, state.runs >= Self.runLimit)
    }
    if let known { return known.address }
    if isFull { return nil }
    let values = StatementValues(utf8: text, shape: shape, dialect: .sqlite)
    return state.withLock { state in
      let number = state.number(of: values)
      if state.byText.count >= Self.textLimit { state.byText = HashIndex() }
      state.byText.insert(number, for: hash)
      return state.all[Int(number)].address
    }
  }
}

extension TextValues.State {
  fileprivate mutating func number(of values: StatementValues) -> UInt32 {
    if let known = index[values] { return known }
    let number = UInt32(all.count)
    let (address, count) = Self.make(values)
    all.append(TextValues.Kept(address: address))
    index[values] = number
    runs += count + 1
    return number
  }

  private static func make(_ values: StatementValues) -> (UnsafePointer<dbh_text_values>, runs: Int) {
    var runs: [dbh_value_run] = []
    var columns: [dbh_key_column] = []
    for key in values.keys {
      let first = runs.count
      for source in key.values { runs.add(source, from: first) }
      columns.append(
        dbh_key_column(first: UInt32(first), count: UInt32(runs.count - first), has_lists: key.hasLists))
    }
    if runs.count > TextValues.longest { (runs, columns) = ([], []) }
    let memory = UnsafeMutablePointer<dbh_value_run>.allocate(capacity: max(runs.count, 1))
    memory.initialize(from: runs, count: runs.count)
    let made = UnsafeMutablePointer<dbh_text_values>.allocate(capacity: 1)
    made.initialize(to: dbh_text_values())
    made.pointee.literals = values.all.reduce(1) { mix($0, $1.word) }
    made.pointee.volatility = values.volatility.rawValue
    made.pointee.column_count = UInt8(columns.count)
    withUnsafeMutableBytes(of: &made.pointee.columns) { bytes in
      columns.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
    made.pointee.runs = UnsafePointer(memory)
    return (UnsafePointer(made), runs.count)
  }
}

private func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
  let product = (hash ^ word) &* 0x9FB2_1C65_1E98_DF25
  return product ^ (product >> 31)
}

extension StatementValues.Source {
  fileprivate var word: UInt64 {
    switch self {
    case .literal(let hash): mix(1, hash) | 4
    case .parameter(let number): UInt64(number) << 32
    }
  }
}

extension [dbh_value_run] {
  /// - Parameter first: Where the runs of its column begin.
  fileprivate mutating func add(_ source: StatementValues.Source, from first: Int) {
    switch source {
    case .literal: append(dbh_value_run(parameter: 0, count: 1, literal: source.word))
    case .parameter(let number):
      guard let parameter = UInt32(exactly: number) else { return }
      if count > first, self[count - 1].parameter != 0, self[count - 1].parameter + self[count - 1].count == parameter {
        self[count - 1].count += 1
      } else {
        append(dbh_value_run(parameter: parameter, count: 1, literal: 0))
      }
    }
  }
}

extension ValueHashes {
  init(_ hashes: dsl_values) {
    self.init(parameters: hashes.parameters, keys: KeyHashes(hashes.keys, counts: hashes.key_counts))
    hasUnknown = hashes.has_unknown
  }
}
