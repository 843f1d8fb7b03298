import JSONSchema
import LosslessJSON

/// What a JSON value is, where its meaning is asked for: what of it counts, and how it is compared.
enum CanonicalReading: Hashable, Sendable {
  /// A value: numbers by their value, members in any order.
  case value
  /// A value that steps write into documents as it stands: the spelling of numbers and the order of members count, because
  /// documents get them.
  case written
  /// A part of the pipeline language.
  case language
  /// A program: white space at its ends is none of it.
  case program
  /// A JSON Schema: its words for people do not count.
  case schema
  /// An object of schemas, by names that are no keywords.
  case namedSchemas

  /// Whether order of members and spelling of numbers count.
  var keepsSpelling: Bool { self == .written }

  /// How a member is read; nil where it does not count.
  func reading(ofMember name: [UInt8], in object: JSONValue) -> CanonicalReading? {
    switch self {
    case .value, .written, .program: self
    case .namedSchemas: .schema
    case .schema: Self.schemaMember(name)
    case .language: Self.languageMember(name, in: object)
    }
  }

  private static func languageMember(_ name: [UInt8], in object: JSONValue) -> CanonicalReading {
    if name.elementsEqual("jq".utf8) { return .program }
    if name.elementsEqual("equals".utf8) { return .value }
    guard name.elementsEqual("value".utf8) else { return .language }
    // `test` compares; whatever else has a value writes it.
    return object[member: "op"]?.equalsString("test") == true ? .value : .written
  }

  private static func schemaMember(_ name: [UInt8]) -> CanonicalReading? {
    guard let keyword = SchemaKeyword(rawValue: String(decoding: name, as: UTF8.self)) else { return .value }
    switch keyword {
    case .title, .description, .comment: return nil
    default: break
    }
    switch KeywordShape.of(keyword) {
    case .schema, .schemas, .schemaOrSchemas: return .schema
    case .namedSchemas, .patternSchemas, .dependencies: return .namedSchemas
    default: return .value
    }
  }
}
