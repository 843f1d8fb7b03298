import LosslessJSON

/// Why a document is no schema that can be compiled, and where.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct SchemaError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// A schema is neither an object nor a boolean.
    case notASchema
    /// `$schema` names something else than draft 2020-12.
    case unsupportedDialect(String)
    /// The draft has this keyword, this implementation does not.
    case unsupportedKeyword(String)
    /// Nobody has this keyword; perhaps the other one is meant.
    case unknownKeyword(String, nearest: SchemaKeyword?)
    /// A keyword's value is not of the form that the draft demands.
    case invalidValue(SchemaKeyword, expected: ExpectedForm)
    /// `type` names something that is no type.
    case unknownType(String)
    /// `type` or `required` lists something twice.
    case repeatedItem(SchemaKeyword, String)
  }

  /// The forms that keywords' values have.
  public enum ExpectedForm: Hashable, Sendable, CaseIterable {
    /// A string.
    case string
    /// `true` or `false`.
    case boolean
    /// A number.
    case number
    /// An array of anything.
    case array
    /// An object.
    case object
    /// The name of a type, or an array of different ones, at least one.
    case typeNames
    /// An array of different strings.
    case memberNames
  }

  /// What is wrong.
  public var reason: Reason
  /// To the keyword's value, or to what should be a schema.
  public var pointer: JSONPointer
  /// From 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int

  /// - Parameter place: the value that is wrong.
  init(_ reason: Reason, at place: JSONValue) {
    self.reason = reason
    pointer = place.pointer
    line = place.line
    column = place.column
  }
}
