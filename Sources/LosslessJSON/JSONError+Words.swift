extension JSONError {
  /// One sentence for people, without the place.
  public var message: String {
    switch reason {
    case .empty: "The text is empty: a JSON text holds exactly one value."
    case .byteOrderMark: "The text begins with a byte order mark, which JSON does not allow."
    case .endOfText: "The text ends too early, within a value."
    case .unterminatedString: "The text ends within a string."
    case .expectedValue: "A value is expected here."
    case .expectedMemberName: "A member name in double quotes is expected here."
    case .expectedColon: "A colon is expected after the member name."
    case .expectedCommaOrBrace: "A comma or the object's closing brace is expected here."
    case .expectedCommaOrBracket: "A comma or the array's closing bracket is expected here."
    case .trailingComma: "Nothing follows the comma before the closing bracket."
    case .trailingContent: "Something follows the end of the value."
    case .invalidLiteral: "This word is no JSON value; the only ones are true, false and null."
    case .comment: "JSON has no comments."
    case .singleQuotes: "A string stands in single quotes; JSON's are double."
    case .leadingZero: "The number begins with a needless zero."
    case .expectedDigit: "A digit is missing in the number."
    case .nonFiniteNumber: "NaN and Infinity are no JSON numbers."
    case .controlCharacter: "A control character stands unescaped within a string."
    case .invalidEscape: "JSON has no such escape."
    case .invalidUnicodeEscape: "Four hexadecimal digits must follow \\u."
    case .invalidUTF8: "The text is not valid UTF-8."
    case .utf16: "The text is UTF-16; JSON is UTF-8."
    case .duplicateMember:
      "The object has two members of one name" + (pointer.map { "; the second is \($0.quoted)." } ?? ".")
    case .tooDeep: "Arrays and objects are nested too deeply."
    case .tooLarge: "The text is too large."
    }
  }

  /// What to do about it, where there is more to say.
  public var hint: String? {
    switch reason {
    case .byteOrderMark: "Remove the first three bytes (EF BB BF); \"UTF-8 without BOM\" is what editors call it."
    case .endOfText, .unterminatedString: "The file may have been cut off while it was written."
    case .trailingComma: "Remove the comma."
    case .trailingContent: "Several values in one file (JSON Lines) are not one JSON text."
    case .invalidLiteral: "Python's None, True and False are null, true and false in JSON."
    case .comment: "Remove the comment."
    case .singleQuotes: "Text printed by Python's print or repr is not JSON; json.dump writes JSON."
    case .nonFiniteNumber: "Python writes them; allow them with \"json: {nonFinite: allow}\" in the pipeline's format."
    case .controlCharacter: "Write it as an escape, such as \\n, \\t or \\u0000."
    case .invalidEscape: "A backslash itself is written \\\\."
    case .invalidUTF8: "Convert it, for example with iconv -f LATIN1 -t UTF-8."
    case .utf16: "Convert it, for example with iconv -f UTF-16 -t UTF-8."
    case .duplicateMember: "Readers disagree about which of the two counts: remove one."
    case .tooDeep: "Readers of other languages stop at such a depth too; flatten it where it is written."
    case .tooLarge: "The limit is the reader's own choice and can be raised."
    case .empty: "The file may have been cut off before anything was written."
    case .expectedValue, .expectedMemberName, .expectedColon, .expectedCommaOrBrace, .expectedCommaOrBracket,
      .leadingZero, .expectedDigit, .invalidUnicodeEscape:
      nil
    }
  }
}

extension JSONPointer {
  /// The pointer in double quotes, for sentences; the root's pointer is empty.
  var quoted: String { "\"\(description)\"" }
}

extension JSONPointerError: CustomStringConvertible {
  /// One sentence for people.
  public var description: String {
    switch reason {
    case .noLeadingSlash: "A JSON Pointer is empty or begins with \"/\"."
    case .invalidEscape: "In a JSON Pointer \"~\" is written \"~0\" and \"/\" is written \"~1\"."
    }
  }
}

extension JSONEditError: CustomStringConvertible {
  /// One sentence for people.
  public var description: String {
    switch self {
    case .notAnObject: "Only an object has members."
    case .notAnArray: "Only an array has elements."
    case .positionOutOfRange: "There is no such place among the members or elements."
    case .foreignValue: "The value belongs to another document."
    case .rootRemoved: "The value is the whole document and cannot be removed."
    case .overlappingSplices: "Two changes concern the same bytes."
    case .spliceOutOfRange: "A change reaches beyond the text."
    }
  }
}
