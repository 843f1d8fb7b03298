/// Why a regular expression is none of ECMA-262, or none that PCRE2 can match in the same way.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct PatternError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    case tooLong
    case tooDeep
    /// A quantifier without anything in front.
    case nothingToRepeat
    /// A bracket without its other half.
    case loneBracket(Unicode.Scalar)
    case unclosedGroup
    case unclosedClass
    /// `(?` and something else than ECMA-262 has there.
    case unknownGroup
    case invalidName
    case repeatedName(String)
    case noSuchGroup(String)
    case unknownEscape
    case unknownProperty
    /// A surrogate without its other half, as an escape or as it is.
    case loneSurrogate
    case rangeOfClasses
    case reversedRange
    /// A back-reference that has to do with a lookbehind.
    case referenceAndLookbehind
    /// A back-reference to a group that may not have taken part in the same iteration.
    case referenceIntoRepetition
    /// What PCRE2 says.
    case notMatchable(String)
  }

  /// What is wrong.
  public var reason: Reason
  /// In code points of the pattern, from 0; nil where only PCRE2 knows.
  public var offset: Int?

  init(_ reason: Reason, at offset: Int?) {
    self.reason = reason
    self.offset = offset
  }
}
