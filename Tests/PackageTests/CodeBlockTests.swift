import Foundation
import Testing

@Suite struct CodeBlockTests {
  @Test func blocksOfAnArticle() {
    let text = """
      Text
      ```swift
      let a = 1
        b()
      ```
      ```text
      no code
      ```
        ```swift
        c()
        ```
      """
    let blocks = CodeBlock.blocks(of: text, file: "A.md", isSource: false)
    #expect(blocks.map(\.lines) == [["let a = 1", "  b()"], ["c()"]])
    #expect(blocks.map(\.description) == ["A.md:3", "A.md:10"])
  }

  @Test func blocksThatAreFiles() {
    let text = """
      The manifest, `Package.swift`:

      ```swift
      import PackageDescription
      ```

      See `Other.swift`.

      ```swift
      a()
      ```

      ```swift
      b()
      ```
      """
    let blocks = CodeBlock.blocks(of: text, file: "A.md", isSource: false)
    #expect(blocks.map(\.path) == ["Package.swift", nil, nil])
    #expect(blocks.map(\.form) == [.package, .statements, .statements])
  }

  @Test func aWalkIsCompiledAsItIsFirstAndLast() {
    func block(_ path: String?, _ line: String) -> CodeBlock {
      CodeBlock(file: "A.md", line: 1, lines: [line], path: path)
    }
    let walks = Documentation.walks(in: [
      block("Package.swift", "import PackageDescription"), block("A.swift", "a"), block(nil, "other"),
      block("B.swift", "b"), block("A.swift", "c"), block("Package.swift", "import PackageDescription"),
      block("C.swift", "d"),
    ])
    #expect(walks.map { $0.flatMap(\.lines) } == [["a", "b"], ["b", "c"], ["d"], ["d"]])
  }

  @Test func blocksOfADocumentationComment() {
    let text = """
      struct A {
        /// Text
        ///
        /// ```swift
        /// let a = 1
        ///   .b
        /// ```
        func a() {}
      }
      """
    let blocks = CodeBlock.blocks(of: text, file: "A.swift", isSource: true)
    #expect(blocks.map(\.lines) == [["let a = 1", "  .b"]])
    #expect(blocks.map(\.line) == [5])
  }

  @Test(arguments: [
    ("let a = 1", CodeBlock.Form.statements), ("import A\n\ntry a()", .statements),
    ("struct A {}\nlet a = A()", .statements), ("@Suite(.database(.noNPlusOne))\nstruct A {\n}", .declarations),
    ("func a() throws {\n  b()\n}", .declarations), ("final class A: B {\n}", .declarations),
    ("extension A {\n}", .file), ("@main\nstruct A {}", .file), ("dependencies: [\n],", .manifest),
    ("// a comment\na()", .statements),
  ])
  func form(_ code: String, _ form: CodeBlock.Form) {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(CodeBlock(file: "", line: 1, lines: lines).form == form)
  }

  #if GRDB && Hummingbird && os(Linux)
    /// Every block of code in the README, in the articles and in the documentation comments compiles.
    @Test func everyCodeBlockCompiles() throws {
      let blocks = try Documentation.blocks()
      #expect(blocks.count > 50)
      let alone = blocks.filter { $0.form == .file && $0.path == nil }.map { [$0] }
      let together = blocks.filter { ($0.form == .statements || $0.form == .declarations) && $0.path == nil }
      for group in [together] + alone {
        let errors = try Compiler.errors(of: Documentation.source(of: group))
        #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
      }
      for block in blocks where block.form == .manifest || block.form == .package {
        let errors = try Compiler.errors(ofManifest: block.source(number: 0))
        #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
      }
    }

    /// So do the files of each walk-through, with the mistake and without it.
    @Test func everyWalkCompiles() throws {
      let walks = Documentation.walks(in: try Documentation.blocks())
      #expect(walks.count >= 6)
      for walk in walks {
        let errors = try Compiler.errors(of: Documentation.source(ofWalk: walk))
        #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
      }
    }

    /// The tutorial's files are those of the first walk-through, and the ones before them compile as well.
    @Test func theTutorialIsTheWalkWithPictures() throws {
      let folder = Documentation.package.appendingPathComponent("Sources/DatabaseTesting/Documentation.docc/Resources")
      func block(_ name: String) throws -> CodeBlock {
        let text = try String(contentsOf: folder.appendingPathComponent("tutorial-\(name).swift"), encoding: .utf8)
        var lines = text.components(separatedBy: "\n")
        lines.removeLast()
        return CodeBlock(file: "tutorial-\(name).swift", line: 1, lines: lines)
      }
      let blocks = try Documentation.blocks().filter { $0.file.hasSuffix("GettingStarted.md") && $0.path != nil }
      for name in ["package-2", "library", "list-1", "test-3", "list-2"] {
        let file = try block(name)
        #expect(blocks.contains { $0.lines == file.lines }, "\(name) is not a file of the article")
      }
      for name in ["package-1", "package-2"] {
        #expect(try Compiler.errors(ofManifest: block(name).source(number: 0)) == [])
      }
      let walks = [
        ["library", "list-1", "test-1"], ["library", "list-1", "test-2"], ["library", "list-2", "test-3"],
      ]
      for names in walks {
        #expect(try Compiler.errors(of: Documentation.source(ofWalk: names.map(block))) == [])
      }
    }

    @Test func aBlockThatDoesNotCompileIsFoundAtItsPlace() throws {
      let block = CodeBlock(file: "A.md", line: 7, lines: ["import Testing", "let a: Int = \"text\""])
      let errors = try Compiler.errors(of: Documentation.source(of: [block]))
      #expect(errors.count == 1)
      #expect(errors.first?.hasPrefix("A.md:8:14: error: cannot convert") == true)
    }
  #endif
}
