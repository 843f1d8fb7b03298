/// A value to be put into a document. Its white space is none of its own: it is laid out in the style found at its place.
/// Literals that come from a text (numbers, and strings with their escapes) keep their bytes.
public struct JSONFragment: Sendable {
  indirect enum Content: Sendable {
    case word(StaticString)
    case integer(Int)
    case decimal(JSONDecimal)
    case string(String)
    case value(JSONValue)
    case array([JSONFragment])
    case object([(name: String, value: JSONFragment)])
  }

  let content: Content

  init(_ content: Content) {
    self.content = content
  }

  /// A value of another document, or of this one.
  public init(_ value: JSONValue) {
    content = .value(value)
  }

  /// The value of a whole document.
  public init(_ document: IndexedJSON) {
    content = .value(document.root)
  }

  /// `null`
  public static let null = JSONFragment(.word("null"))

  /// `true` or `false`
  public static func bool(_ value: Bool) -> JSONFragment { JSONFragment(.word(value ? "true" : "false")) }

  /// Written in digits.
  public static func integer(_ value: Int) -> JSONFragment { JSONFragment(.integer(value)) }

  /// Written as its canonical description.
  public static func decimal(_ value: JSONDecimal) -> JSONFragment { JSONFragment(.decimal(value)) }

  /// Escaped as the document it comes into escapes (see ``IndexedJSON/settingMember(_:to:in:)``).
  public static func string(_ value: String) -> JSONFragment { JSONFragment(.string(value)) }

  /// - Parameter elements: in the order in which they are written.
  public static func array(_ elements: [JSONFragment]) -> JSONFragment { JSONFragment(.array(elements)) }

  /// - Parameter members: in the order in which they are written. The names must differ.
  public static func object(_ members: [(name: String, value: JSONFragment)]) -> JSONFragment {
    JSONFragment(.object(members))
  }

  /// - Parameter text: one JSON value.
  /// - Throws: ``JSONError``
  public static func literal(
    _ text: String, options: JSONReadingOptions = .init()
  ) throws(JSONError) -> JSONFragment {
    JSONFragment(try IndexedJSON(scanning: JSONText(text), options: options))
  }
}
