import Testing

@testable import PostgresInstrumentation

/// How the endpoint proves a password in the session of its own.
@Suite struct PasswordTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
  ])
  func sha256(_ text: String, _ digest: String) {
    #expect(SHA256.hash(Array(text.utf8)).hexadecimal == digest)
  }

  @Test func sha256OfPieces() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for size in [1, 3, 55, 56, 63, 64, 65, 119, 128] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        hash.update(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(hash.finish() == SHA256.hash(bytes))
    }
  }

  /// RFC 4231, test cases 2 and 6.
  @Test func hmac() {
    #expect(
      HMAC(key: Array("Jefe".utf8)).code(of: Array("what do ya want for nothing?".utf8)).hexadecimal
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      HMAC(key: [UInt8](repeating: 0xaa, count: 131))
        .code(of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)).hexadecimal
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func md5(_ text: String, _ digest: String) {
    #expect(MD5.hash(Array(text.utf8)) == digest)
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func base64(_ text: String, _ encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: ["Zg=", "Z", "Zg=\u{e4}", "=Zg=", "Z===", "===="]) func whatIsNoBase64(_ text: String) {
    #expect(Base64.decode(text) == nil)
  }

  /// RFC 7677, section 3.
  @Test func scram() {
    var scram = SCRAM(user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
    #expect(scram.first == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    let final = scram.final(
      answering: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    #expect(
      final
        == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    #expect(scram.isProved(by: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
    #expect(!scram.isProved(by: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl96G4="))
    #expect(!scram.isProved(by: "e=other-error"))
  }

  @Test(arguments: [
    "r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "r=nonce+,s=W22Z,i=0", "r=nonce+,s=W22Z,i=99999999", "r=nonce+,s=?,i=1", "r=nonce+,i=1", "", "r,s,i",
  ])
  func whatNoServerOfSCRAMSays(_ first: String) {
    var scram = SCRAM(password: "pencil", nonce: "nonce")
    #expect(scram.final(answering: first) == nil)
    #expect(!scram.isProved(by: "v="))
  }
}
