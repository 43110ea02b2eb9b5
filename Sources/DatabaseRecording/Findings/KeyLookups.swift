internal import CStatementLog
internal import DatabaseInstrumentation

/// Those reads of a group that look one key up each, and how many keys that are.
struct KeyLookups {
  var group: ReadGroup
  /// Different keys; `nil`: the source does not tell.
  var keys: Int?

  /// The key of a relationship: what else is compared is none of it.
  init(_ group: ReadGroup, along relationship: Relationship, in evidence: StatementEvidence, _ index: EvidenceIndex) {
    let shape = evidence.shape(at: group.indices[0])
    let schema = evidence.schema(at: group.indices[0])
    let places = relationship.places(in: shape.loaderHint, schema)
    self.init(group, places, in: evidence)
    // GRDB asks so for a list of one row: all that there are.
    guard shape.loaderHint.isPrefetch else { return }
    let indices = self.group.indices.filter { index.rowsBefore($0, on: relationship.owner) != 1 }
    self.init(ReadGroup(indices: indices, stack: group.stack), places, in: evidence)
  }

  /// All that is compared with a value.
  init(_ group: ReadGroup, in evidence: StatementEvidence) {
    let columns = evidence.shape(at: group.indices[0]).loaderHint.valueColumns
    self.init(group, Array(columns.indices), in: evidence)
  }

  private init(_ group: ReadGroup, _ places: [Int]?, in evidence: StatementEvidence) {
    self.group = group
    guard let first = group.indices.first else { return }
    let columns = evidence.shape(at: first).loaderHint.valueColumns
    let lists = (places ?? []).filter { columns[$0].isList }
    if !lists.isEmpty {
      // A list of several keys is what a loop is cured by, also where it is cut into chunks.
      self.group.indices = group.indices.filter { index in
        let keys = evidence.records[index].keys
        return lists.allSatisfy { keys.count(of: $0) == 1 }
      }
    }
    // A value that is too large to be told apart says nothing of its key.
    self.group.indices.removeAll { index in
      let record = evidence.records[index]
      return record.flags.contains(.unknownValues) && Self.key(of: record, places) == nil
    }
    var known: Set<UInt64> = []
    for index in self.group.indices {
      if let key = Self.key(of: evidence.records[index], places) { known.insert(key) }
    }
    keys = known.isEmpty ? nil : known.count
  }

  /// What tells the key from others; where that is not known alone, all values together.
  private static func key(of record: StatementRecord, _ places: [Int]?) -> UInt64? {
    var key: UInt64 = 0
    for place in places ?? [] {
      guard let hash = record.keys.hash(of: place) else { return record.parameters == 0 ? nil : record.parameters }
      key = (key &+ UInt64(hash)) &* 0x9E37_79B9_7F4A_7C15
    }
    if key != 0 { return key }
    return record.parameters == 0 ? nil : record.parameters
  }

  /// Where the source tells no values, three lookups after a parent speak for themselves, and nothing else does.
  func areEnough(for threshold: Int) -> Bool {
    keys.map { $0 >= threshold } ?? (group.indices.count >= max(3, threshold))
  }
}
