internal import DatabaseInstrumentation

/// 100 bytes, as an ORM writes them.
private let hundredBytes =
  #"SELECT "id", "title", "authorId", "price" FROM "book" WHERE "authorId" = 4711 AND "price" < 99 LIMIT 10"#

/// Of each kind of token one text that is nothing but it: what might be read again and again.
private let tokens: [(name: String, text: String)] = [
  ("words", "word "), ("keywords", "SELECT "), ("numbers", "12.5e3 "), ("strings", "'it''s' "), ("signs", "+ - "),
  ("parentheses", "("), ("lists", "IN (1, 2) "), ("unfinished comments", "/* "), ("line comments", "-- x\n"),
  ("quoted names", "\"a\"\"b\" "), ("parameters", ":name "), ("question marks", "?"), ("dots", "."),
  ("blobs", "x'ab' "),
  ("tuples", "VALUES (1), (2) "), ("semicolons", "; a "), ("unfinished quotes", "\""), ("commas", "1, "),
]

/// Lists that fold to their first element, with elements that are skipped and with ones that are not.
private let lists: [(name: String, beginning: String, piece: String)] = [
  ("keys of one list", "a IN (", "1, "), ("names of one list", "a IN (", "b, "),
  ("rows", "VALUES ", "(1, 'a', NULL), "), ("ragged rows", "VALUES ", "(1, 'a'), (1, 'a', 2), (1, a), "),
]

func shapeProbes() -> [Probe] {
  var probes = [
    Probe("shape lookup, 100 bytes", operations: 10_000) { measure in
      let table = ShapeTable.shared
      lookUp(20, in: table)
      measure { lookUp(10_000, in: table) }
    },
    Probe("shapes of a corpus, per byte", operations: Corpus.bytes * 40) { measure in
      makeShapes(2)
      measure { makeShapes(40) }
    },
    Probe("meaning of a corpus, per byte", operations: Corpus.bytes * 4) { measure in
      measure { for sql in Corpus.statements { for _ in 0..<4 { use(StatementShape(sql).tables) } } }
    },
  ]
  for (name, beginning, piece) in tokens.map({ ($0.name, "", $0.text) }) + lists {
    for size in [10_000, 1_000_000] {
      let text = beginning + String(repeating: piece, count: size / piece.utf8.count)
      probes.append(
        Probe("\(name), \(size / 1000) KB, per byte", operations: text.utf8.count) { measure in
          measure { use(StatementShape(text)) }
        })
    }
  }
  return probes
}

@inline(never)
private func lookUp(_ count: Int, in table: ShapeTable) {
  var text = hundredBytes
  text.withUTF8 { bytes in
    for _ in 0..<count { _ = table.number(of: bytes, hash: 0x1234_5678, dialect: .sqlite) }
  }
}

@inline(never)
private func makeShapes(_ rounds: Int) {
  for _ in 0..<rounds {
    for sql in Corpus.statements { _ = StatementShape(sql).fingerprint }
  }
}
