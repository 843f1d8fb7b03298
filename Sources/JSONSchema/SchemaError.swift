import LosslessJSON

/// One reason why a document is no schema that can be compiled, and where.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct SchemaError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// A document that a schema refers to is no JSON.
    case notJSON(JSONError)
    /// A schema is neither an object nor a boolean.
    case notASchema
    /// `$schema` names a dialect that is neither of the two drafts nor made of vocabularies that are known.
    case unsupportedDialect(String)
    /// `$schema` within a schema that is no resource of its own.
    case misplacedDialect
    /// Nobody has this keyword; perhaps the other one is meant.
    case unknownKeyword(String, nearest: SchemaKeyword?)
    /// JSON Schema has this keyword, but not the dialect that the schema is written in.
    case keywordOfOtherDialect(SchemaKeyword)
    /// A keyword's value is not of the form that the draft demands.
    case invalidValue(SchemaKeyword, expected: KeywordShape)
    /// `type` names something that is no type.
    case unknownType(String)
    /// An array of different strings lists one twice.
    case repeatedItem(SchemaKeyword, String)
    /// A regular expression that cannot be used.
    case invalidPattern(PatternError)
    /// More digits than ``SchemaCompiler/mostDigits``.
    case tooManyDigits(SchemaKeyword)
    /// Two schemas of one URI, or two anchors of one name.
    case repeatedIdentifier(String)
    /// A reference that leads nowhere.
    case unresolvedReference(String, ReferenceProblem)
    /// A reference through which a schema demands itself of the same value.
    case endlessReference(String)
    /// More documents, or larger ones, than the compiler's options allow.
    case tooMuch
  }

  /// Why a reference leads nowhere.
  public enum ReferenceProblem: Error, Hashable, Sendable {
    /// Nobody knows the document; nothing is ever fetched from a network.
    case unknownDocument
    /// It is known, and the resolver says why it cannot be had.
    case unreadable(String)
    /// Above the root of what the document belongs to.
    case outside
    case noSuchAnchor
    case noSuchPlace
    case notASchema
  }

  /// What is wrong.
  public var reason: Reason
  /// Where the document was had from; nil for the one that was given to the compiler.
  public var document: String?
  /// To the keyword's value, or to what should be a schema.
  public var pointer: JSONPointer
  /// From 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int
}

/// Everything for which a schema cannot be compiled, document by document in the order of the text; never empty.
public struct SchemaErrors: Error, Hashable, Sendable {
  /// At least one.
  public var errors: [SchemaError]
}
