import LosslessJSON

/// One thing in which a value does not satisfy a schema.
///
/// Its words are in `JSONSchema+Words.swift`.
public struct SchemaViolation: Hashable, Sendable {
  /// To the value, from the root of its document.
  public var pointer: JSONPointer
  /// Of the value's first byte, from 1.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int
  /// To the keyword that is not satisfied, from the root of the schema's document; to the schema itself where it is
  /// `false`.
  public var schemaPointer: JSONPointer
  /// Nil for the schema `false`.
  public var keyword: SchemaKeyword?
  /// One sentence for people, without the place.
  public var message: String

  init(_ value: JSONValue, _ node: SchemaNode, _ keyword: SchemaKeyword?, message: String) {
    pointer = value.pointer
    line = value.line
    column = value.column
    let location = node.source.pointer
    schemaPointer = keyword.map { location.appending($0.rawValue) } ?? location
    self.keyword = keyword
    self.message = message
  }
}
