/// Why a text was refused, and where.
///
/// Its words are in `JSONError+Words.swift`.
public struct JSONError: Error, Hashable, Sendable {
  /// What kind of trouble it is, for programs.
  public enum Code: Hashable, Sendable, CaseIterable {
    /// Not a JSON text as RFC 8259 defines it.
    case invalidJSON
    /// Not UTF-8 as RFC 3629 defines it.
    case notUTF8
    /// An object has two members of one name.
    case duplicateKey
    /// Nested deeper than the reader's options allow.
    case tooDeep
    /// Larger than the reader's options allow.
    case tooLarge
  }

  /// What exactly was found. The list is closed.
  public enum Reason: Hashable, Sendable, CaseIterable {
    /// Nothing, or nothing but white space.
    case empty
    /// U+FEFF in front.
    case byteOrderMark
    /// The text ends within a value.
    case endOfText
    /// The text ends within a string.
    case unterminatedString
    /// Something that begins no value stands where a value must.
    case expectedValue
    /// An object's member does not begin with a name in double quotes.
    case expectedMemberName
    case expectedColon
    case expectedCommaOrBrace
    case expectedCommaOrBracket
    /// A comma with nothing after it.
    case trailingComma
    /// Something follows the value.
    case trailingContent
    /// A word other than `true`, `false` and `null`.
    case invalidLiteral
    /// `//` or `/*`.
    case comment
    /// A string in single quotes.
    case singleQuotes
    /// A number with a needless zero in front.
    case leadingZero
    /// A digit is missing in a number.
    case expectedDigit
    /// `NaN`, `Infinity` or `-Infinity`, which the options do not allow.
    case nonFiniteNumber
    /// A byte below 0x20 within a string.
    case controlCharacter
    /// A backslash followed by something that RFC 8259 does not list.
    case invalidEscape
    /// `\u` without four hexadecimal digits.
    case invalidUnicodeEscape
    case invalidUTF8
    /// The byte order mark of UTF-16.
    case utf16
    case duplicateMember
    case tooDeep
    case tooLarge

    /// The code that this reason belongs to.
    public var code: Code {
      switch self {
      case .invalidUTF8, .utf16: .notUTF8
      case .duplicateMember: .duplicateKey
      case .tooDeep: .tooDeep
      case .tooLarge: .tooLarge
      default: .invalidJSON
      }
    }
  }

  /// What exactly was found.
  public var reason: Reason
  /// Of the offending byte, from 0; the text's size where the text ends too early.
  public var offset: Int
  /// From 1. LF, CRLF and CR each end a line.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int
  /// The second of two members with one name; nil for any other reason.
  public var pointer: JSONPointer?

  /// What kind of trouble it is, for programs.
  public var code: Code { reason.code }

  /// - Parameters:
  ///   - offset: in bytes, from 0.
  ///   - line: from 1.
  ///   - column: in bytes, from 1.
  public init(reason: Reason, offset: Int, line: Int, column: Int, pointer: JSONPointer? = nil) {
    self.reason = reason
    self.offset = offset
    self.line = line
    self.column = column
    self.pointer = pointer
  }
}

/// What the scanner found, before line, column and pointer are worked out.
struct ScanFailure: Error {
  var reason: JSONError.Reason
  var offset: Int
  /// The entry of the second of two equal names, and the object that holds it.
  var name: (entry: Int, object: Int)?
}
