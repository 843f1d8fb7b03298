import LosslessJSON
import Testing

@Suite("Words")
struct WordsTests {
  @Test("Every reason has one sentence, a code, and hints that say more than it")
  func reasons() {
    for reason in JSONError.Reason.allCases {
      let error = JSONError(reason: reason, offset: 0, line: 1, column: 1)
      #expect(error.message.hasSuffix(".") && error.message.first?.isUppercase == true, "\(reason)")
      #expect(error.hint != error.message, "\(reason)")
      if let hint = error.hint { #expect(hint.hasSuffix("."), "\(reason)") }
    }
    #expect(Set(JSONError.Reason.allCases.map(\.code)) == Set(JSONError.Code.allCases))
    #expect(
      Set(JSONError.Reason.allCases.map { JSONError(reason: $0, offset: 0, line: 1, column: 1).message }).count
        == JSONError.Reason.allCases.count)
  }

  @Test("A byte order mark is invalid JSON, and the hint says what to remove")
  func byteOrderMark() throws {
    let error = try #require(failure([0xef, 0xbb, 0xbf, 0x7b, 0x7d] as [UInt8]))
    #expect(error.code == .invalidJSON && error.offset == 0)
    #expect(error.hint?.contains("EF BB BF") == true)
  }

  @Test("Pointer errors say how a pointer is written")
  func pointers() {
    #expect(JSONPointerError(reason: .noLeadingSlash, offset: 0).description.contains("\"/\""))
    #expect(JSONPointerError(reason: .invalidEscape, offset: 0).description.contains("\"~0\""))
  }
}
