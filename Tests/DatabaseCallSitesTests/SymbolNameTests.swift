import Testing

@testable import DatabaseCallSites
@testable import DatabaseInstrumentation

@Suite struct SymbolNameTests {
  @Test(arguments: [
    ("$s8Bookshop7LibraryV5outerSiyF", "Library.outer()"),
    ("$s8Bookshop7LibraryV4pathACSS_tcfC", "Library.init(path:)"),
    ("$s8Bookshop7LibraryV5books2of_2byySi_S2i_SDySSSiGtXESiztF", "Library.books(of:_:by:)"),
    ("$s8Bookshop7LibraryV5tuple_1fySi1a_Si1bt_ySiYaYbKctF", "Library.tuple(_:f:)"),
    ("$s8Bookshop8variadic_4lastySid_SitF", "variadic(_:last:)"),
    ("$s8Bookshop4autoyS2iyXKF", "auto(_:)"),
    ("$s8Bookshop11throwsTypedyyScEYKF", "throwsTyped()"),
    ("$s8Bookshop1KC1nACSi_tcfC", "K.init(n:)"),
    ("$s8Bookshop1KCfD", "K.deinit"),
    ("$s8Bookshop7LibraryV5titleSSvg", "Library.title"),
    ("$s8Bookshop7LibraryV5titleSSvs", "Library.title.setter"),
    ("$s8Bookshop7LibraryVyS2icig", "Library.subscript"),
    ("$s8Bookshop7LibraryV1loiySbAC_ACtFZ", "Library.<(_:_:)"),
    ("$s8Bookshop3legoiyS2i_SitF", "<=>(_:_:)"),
    ("$s8Bookshop7LibraryV3gen_1uQrx_q_tSTRzSi7ElementRtzr0_lF", "Library.gen(_:u:)"),
    (
      "$s8Bookshop7LibraryV6secret33_E7D58B982BE40A358983627B190C056CLL1pS2i_tF",
      "Library.secret(p:)"
    ),
    ("$s8Bookshop6Hidden33_E7D58B982BE40A358983627B190C056CLLV4DeepV2goyyxF", "Hidden.Deep.go(_:)"),
    (
      "$s8Bookshop7LibraryV0042listsauthorsallinorder_gvahdcJFIAAmFaAJmCaSiyF",
      "Library.`lists authors (all) in order`()"
    ),
    ("$s8Bookshop7LibraryV6shared_WZ", "shared"),
    ("$s8Bookshop7LibraryV9lazyThingSivpfi", "Library.lazyThing"),
  ])
  func functionsHaveLabelsAndNoTypes(symbol: String, function: String) {
    let name = SymbolName(symbol)
    #expect(name.function == function)
    #expect(name.module == "Bookshop")
    #expect(name.origin == .source)
  }

  @Test(arguments: [
    ("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_", "Library.outer()"),
    ("$s8Bookshop7LibraryV5outerSiyF5innerL__1kS2i_SitF", "Library.outer()"),
    ("$s8Bookshop7LibraryV5outerSiyF6$deferL_yyF", "Library.outer()"),
    ("$s8Bookshop7LibraryV5outerSiyF5LocalL_V1m1aS2i_tFSiycfU_", "Library.outer()"),
    ("$s8Bookshop5ShelfC1aSiyYaFSiScGySiGzYaXEfU_SiyYacfU_", "Shelf.a()"),
    ("$s8Bookshop7useAuto1xS2i_tFSiyXEfu_", "useAuto(x:)"),
    ("$s8Bookshop7LibraryV6sharedSivpZfiSiyXEfU_", "Library.shared"),
  ])
  func closuresAndLocalFunctionsAreKnownByTheFunctionTheyAreWrittenIn(symbol: String, function: String) {
    let name = SymbolName(symbol)
    #expect(name.function == function)
    #expect(name.module == "Bookshop")
    #expect(name.origin == .source)
  }

  @Test(arguments: [
    ("$s8Bookshop7LibraryV3def1xS2i_tYaKFTQ0_", "Library.def(x:)"),
    ("$s8Bookshop7LibraryV3def1xS2i_tYaKFTY1_", "Library.def(x:)"),
    ("$s8Bookshop5ShelfC1aSiyYaFTQ1_", "Shelf.a()"),
    ("$s8Bookshop5ShelfC1aSiyYaFSiScGySiGzYaXEfU_SiyYacfU_TY0_", "Shelf.a()"),
  ])
  func resumedFunctionsAreTheFunction(symbol: String, function: String) {
    let name = SymbolName(symbol)
    #expect(name.function == function)
    #expect(name.module == "Bookshop")
    #expect(name.origin == .source)
  }

  @Test(arguments: [
    ("$s8Dispatch0A5QueueC8BookshopE11mineClosureyyFyyYbcfU_", "DispatchQueue.mineClosure()"),
    ("$sSa8BookshopSiRszlE3ext2byS2i_tF", "Array.ext(by:)"),
    ("$s4GRDB8DatabaseC8BookshopE8allBooksSaySSGyKF", "Database.allBooks()"),
    ("$s8Bookshop4takeyySaAASiRszlE2InVySi_GF", "take(_:)"),
  ])
  func extensionsBelongToTheModuleThatDeclaresThem(symbol: String, function: String) {
    let name = SymbolName(symbol)
    #expect(name.function == function)
    #expect(name.module == "Bookshop")
  }

  @Test func specializationsBelongToTheModuleOfTheGenericFunction() {
    let name = SymbolName("$s4GRDB8DatabaseC8readOnlyyxxyKXEKlFyt_Tg5")
    #expect(name.function == "Database.readOnly(_:)")
    #expect(name.module == "GRDB")
    #expect(name.isSpecialized)
    let extended = SymbolName("$sSm4GRDBE6append10contentsOfyqd___tKAA6CursorRd__7ElementQyd__AERtzlF")
    #expect(extended.function == "RangeReplaceableCollection.append(contentsOf:)")
    #expect(extended.module == "GRDB")
  }

  /// What the optimiser makes of a function for one of its closures has the name of the function: also where the list of what it was
  /// made for leaves a bracket open.
  @Test(arguments: [
    (
      """
      $s26SQLiteInstrumentationTests3App33_29F7CB7FC9A8CDAAD4C56FE3B3BF090DLLO4sendyyyyYbKXEYaKFZ04$s26ab47Tests012Awaite\
      dStackC0V011callbacksOfA0yyYaKFyyW19KYCXEfU0_yyYbKXEfU_11TestSupport4ShopVTf1cn_nTf4dg_nTQ1_
      """, "App.send(_:)", "SQLiteInstrumentationTests"
    ),
    (
      """
      $s20DatabaseTestingTests7ProgramV10guiltyGRDB___3fix_ACSS_SSSiSSy0F00A5QueueCYbKctFZyAA9BookstoreVYbKcfU_04$s20ab33\
      Tests8ProgramsO10guiltyGRDBSayAA7d14VGvpZfiy0F00A5H8CYbKcfU_Tf3npf_n
      """, "Program.guiltyGRDB(_:_:_:fix:_:)", "DatabaseTestingTests"
    ),
    (
      """
      $s22DatabaseCallSitesTests6CallerO4cally0abC010StackTraceVAGyYaYbYCXEYaFZ06$sBA17ab7Sites10gh19VIeghHgILr_BAACIeghM\
      6ILo_TRBAAGIeghHgILr_Tf1cn_nTf4dg_nTQ0_
      """, "Caller.call(_:)", "DatabaseCallSitesTests"
    ),
  ])
  func whatWasMadeForAClosureHasTheNameOfTheFunction(symbol: String, function: String, module: String) {
    let name = SymbolName(symbol)
    #expect(name.function == function)
    #expect(name.module == module)
    #expect(name.isSpecialized)
  }

  #if ELF && _pointerBitWidth(_64) && _endian(little)
    /// Of the functions of this program, one of 50 where nothing is optimised.
    @Test func functionsOfTheProgramHaveNames() throws {
      let file = try #require(ELFFile(path: "/proc/self/exe"))
      var symbols: [String] = []
      ELFSymbols.forEachFunction(in: file, prefix: "$s", suffixes: [""]) { symbol, _ in symbols.append(symbol) }
      try #require(symbols.count > 10_000)
      #if DEBUG
        let step = 50
      #else
        let step = 1
      #endif
      // Words that the demangler puts before a name, which are none.
      let words: Set = ["function", "generic", "specialized", "inlined", "prespecialized", "merged", "partial"]
      for index in stride(from: 0, to: symbols.count, by: step) {
        let (symbol, name) = (symbols[index], SymbolName(symbols[index]))
        guard name.origin == .source else { continue }
        let isName = !name.function.isEmpty && name.module != nil && !words.contains(name.function)
        if !isName { Issue.record("\(symbol) is \(name.function) of \(name.module ?? "no module")") }
      }
    }
  #endif

  @Test func aFunctionNamedAsAnAccessorKeepsItsName() {
    #expect(SymbolName("$s4GRDB13DatabaseQueueC4readyxxAA0B0CKXEKlF").function == "DatabaseQueue.read(_:)")
  }

  @Test(arguments: [
    ("$sxs5Error_pIgrzo_xsAA_pIegrzo_lTR", DemangledName.Origin.thunk),
    ("$s4GRDB12RecordCursorCyxGAA0C0A2aEP7forEachyyy7ElementQzKXEKFTW", .thunk),
    ("$s8Bookshop7LibraryV5outerSiyFS2iXEfU_TA", .forwarder),
    ("$s8Bookshop7LibraryV5outerSiyFTm", .forwarder),
    ("$s8Bookshop1KC4overyyFTo", .forwarder),
    ("$s8Bookshop7LibraryVwxx", .thunk),
    ("$s8Bookshop7LibraryV5outerSiyF", .source),
  ])
  func theCompilersOwnFunctionsAreTold(symbol: String, origin: DemangledName.Origin) {
    #expect(SymbolName(symbol).origin == origin)
  }

  @Test(arguments: ["", "main", "qsort", "$s", "$s8", "$s99999999999999999999Bookshop", "_ZN5swift3runEv", "<unknown>"])
  func whatIsNoSwiftSymbolStaysAsItIs(symbol: String) {
    #expect(SymbolName(symbol).function == symbol)
    #expect(SymbolName(symbol).isSpecialized == false)
  }

  @Test(arguments: [
    "", "(", ")", "<", "closure #1 (", " in ", "a in ", "(1) ", "`", "Bookshop.", "Bookshop.`open", "Bookshop.f(a:",
    "generic specialization <", "generic specialization <Swift.Int>", "(extension in ", "(extension in :", ".<", "A.< ",
    "default argument ", "Bookshop.f(,,)", "Bookshop.f(a: , )", "->", "Bookshop.f(->>)",
  ])
  func malformedNamesDoNotTrap(demangled: String) {
    _ = DemangledName(demangled)
  }
}
