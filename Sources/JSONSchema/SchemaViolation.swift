import LosslessJSON

/// One thing in which a value does not satisfy a schema.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct SchemaViolation: Hashable, Sendable {
  /// To the value, from the root of its document; of a member's name, to the member.
  public var pointer: JSONPointer
  /// Of the value's first byte, from 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int
  /// Where the document with the schema was had from; nil for the one that was given to the compiler.
  public var schemaDocument: String?
  /// To the keyword that is not satisfied, from the root of the schema's document; to the schema itself where it is
  /// `false`.
  public var schemaPointer: JSONPointer
  /// Nil for the schema `false`.
  public var keyword: SchemaKeyword?
  /// One sentence for people, without the place.
  public var message: String
}

/// Why it could not be found out whether a value satisfies a schema.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct SchemaEvaluationError: Error, Hashable, Sendable {
  /// Which bound was met.
  public enum Reason: Hashable, Sendable {
    /// A regular expression would take too long.
    case patternLimit
    /// There is more to compare than any sensible schema demands.
    case workLimit
    /// A dynamic reference through which a schema demands itself of the same value.
    case endlessReference
  }

  /// Which bound was met.
  public var reason: Reason
  /// To the value, from the root of its document.
  public var pointer: JSONPointer
  /// From 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int
  /// Where the document with the schema was had from; nil for the one that was given to the compiler.
  public var schemaDocument: String?
  /// To the schema concerned.
  public var schemaPointer: JSONPointer
}
