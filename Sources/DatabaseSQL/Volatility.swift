/// Whether a query gives the same answer each time, as long as nothing is written.
package enum Volatility: UInt8, Sendable, Hashable, Comparable {
  case none
  /// It gives a value that is bound to a function of dates, for which it may be `now`.
  case withBoundNow
  /// It asks for the time, for a random number, or a function that is not known.
  case always

  package static func < (a: Volatility, b: Volatility) -> Bool { a.rawValue < b.rawValue }

  init(of tokens: SQLTokenList) {
    self.init(of: tokens, in: 0..<tokens.count)
  }

  init(of tokens: SQLTokenList, in range: Range<Int>) {
    self = .none
    for index in range {
      switch tokens.kind(index) {
      case .keyword where [.currentDate, .currentTime, .currentTimestamp].contains(tokens.keyword(index)):
        self = .always
      case .quoted where tokens.kind(index + 1) == .open && tokens.isCall(index),
        .word where tokens.kind(index + 1) == .open && tokens.isCall(index):
        self = max(self, Self.ofCall(index, tokens))
      case .word
      where Self.words.contains(tokens.name(index).lowercased()) && tokens.kind(index - 1) != .dot
        && tokens.kind(index + 1) != .dot && !tokens.isNameOfTable(index):
        self = .always
      default: break
      }
      if self == .always { return }
    }
  }

  private static func ofCall(_ index: Int, _ tokens: SQLTokenList) -> Volatility {
    let name = tokens.name(index).lowercased()
    if steady.contains(name) { return .none }
    guard let values = timeValue[name] else { return .always }
    return ofTime(index + 2..<tokens.closing(index + 1), after: values, tokens)
  }

  /// - Parameter skipped: Arguments before the one that says when.
  private static func ofTime(_ range: Range<Int>, after skipped: Int, _ tokens: SQLTokenList) -> Volatility {
    var (index, argument) = (range.lowerBound, 0)
    while index < range.upperBound, argument < skipped {
      if tokens.kind(index) == .comma { argument += 1 }
      index = tokens.kind(index) == .open ? tokens.closing(index) + 1 : index + 1
    }
    // Without a time it is now.
    guard index < range.upperBound else { return .always }
    switch tokens.kind(index) {
    case .string: return tokens.name(index).lowercased() == "now" ? .always : .none
    case .parameter: return .withBoundNow
    default: return .none
    }
  }

  /// Functions of dates, and how many arguments come before the time.
  private static let timeValue = [
    "date": 0, "time": 0, "datetime": 0, "julianday": 0, "unixepoch": 0, "strftime": 1,
  ]

  /// Of other databases, without parentheses.
  private static let words: Set<String> = ["localtime", "localtimestamp", "sysdate", "systimestamp"]

  /// Functions that give the same for the same; what an application calls by one of these names is taken to as well.
  private static let steady: Set<String> = [
    "abs", "acos", "acosh", "any", "any_value", "array", "array_agg", "array_length", "array_position",
    "array_to_string",
    "ascii", "asin", "asinh", "atan", "atan2", "atanh", "avg", "bit_and", "bit_length", "bit_or", "bm25", "bool_and",
    "bool_or", "btrim", "cast", "ceil", "ceiling", "char", "char_length", "character_length", "chr", "coalesce",
    "concat",
    "concat_ws", "cos", "cosh", "count", "cume_dist", "date_part", "date_trunc", "decode", "degrees", "dense_rank",
    "encode",
    "every", "exp", "extract", "field", "first_value", "floor", "format", "generate_series", "glob", "greatest",
    "group_concat", "hex", "highlight", "if", "ifnull", "iif", "initcap", "instr", "isnull", "json", "json_agg",
    "json_array", "json_array_length", "json_build_object", "json_each", "json_error_position", "json_extract",
    "json_group_array", "json_group_object", "json_insert", "json_object", "json_object_agg", "json_patch",
    "json_pretty",
    "json_quote", "json_remove", "json_replace", "json_set", "json_tree", "json_type", "json_valid", "jsonb",
    "jsonb_agg",
    "jsonb_array", "jsonb_array_elements", "jsonb_array_length", "jsonb_build_object", "jsonb_each", "jsonb_extract",
    "jsonb_group_array", "jsonb_group_object", "jsonb_insert", "jsonb_object", "jsonb_patch", "jsonb_remove",
    "jsonb_replace", "jsonb_set", "jsonb_tree", "lag", "last_value", "lcase", "lead", "least", "left", "length", "like",
    "likelihood", "likely", "ln", "locate", "log", "log10", "log2", "lower", "lpad", "ltrim", "make_date", "match",
    "matchinfo", "max", "md5", "median", "mid", "min", "mod", "nth_value", "ntile", "nullif", "nvl", "octet_length",
    "offsets", "overlay", "percent_rank", "percentile_cont", "percentile_disc", "pi", "plainto_tsquery", "position",
    "pow",
    "power", "printf", "quote", "quote_ident", "quote_literal", "radians", "rank", "regexp", "regexp_match",
    "regexp_replace", "repeat", "replace", "reverse", "right", "round", "row", "row_number", "rpad", "rtrim", "sign",
    "sin",
    "sinh", "snippet", "soundex", "split_part", "sqlite_compileoption_get", "sqlite_compileoption_used",
    "sqlite_source_id", "sqlite_version", "sqrt", "stddev", "stddev_pop", "stddev_samp", "string_agg",
    "string_to_array",
    "strpos", "substr", "substring", "subtype", "sum", "tan", "tanh", "to_char", "to_date", "to_number", "to_timestamp",
    "to_tsquery", "to_tsvector", "total", "translate", "trim", "trunc", "truncate", "ts_rank", "typeof", "ucase",
    "unhex",
    "unicode", "unistr", "unistr_quote", "unlikely", "unnest", "upper", "var_pop", "var_samp", "variance",
    "websearch_to_tsquery", "zeroblob",
  ]
}

extension SQLTokenList {
  /// Whether a column of `CREATE TABLE` is generated when it is read, by a function of the app's: SQLite wants one that is
  /// deterministic, and takes the app's word for it. What is stored is what it was when it was written.
  var hasVolatileColumn: Bool {
    (0..<count).contains { index in
      guard keyword(index) == .as, kind(index + 1) == .open else { return false }
      let end = closing(index + 1)
      return keyword(end + 1) != .stored && Volatility(of: self, in: index + 2..<max(index + 2, end)) != .none
    }
  }

  /// Whether a word before a parenthesis is a function that is called, and no name with columns or a type with a length.
  fileprivate func isCall(_ index: Int) -> Bool {
    if [.as, .collate, .with, .recursive, .view].contains(keyword(index - 1)) || kind(index - 1) == .cast {
      return false
    }
    let next = closing(index + 1) + 1
    // `WITH a (…), b (…) AS (…)`
    return !(keyword(next) == .as && (kind(next + 1) == .open || [.not, .materialized].contains(keyword(next + 1))))
  }

  fileprivate func isNameOfTable(_ index: Int) -> Bool { [.from, .join, .as].contains(keyword(index - 1)) }
}
