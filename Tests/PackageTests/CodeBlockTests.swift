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
      let alone = blocks.filter { $0.form == .file }.map { [$0] }
      let together = blocks.filter { $0.form == .statements || $0.form == .declarations }
      for group in [together] + alone {
        let errors = try Compiler.errors(of: Documentation.source(of: group))
        #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
      }
      for block in blocks where block.form == .manifest {
        let errors = try Compiler.errors(ofManifest: block.source(number: 0))
        #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
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
