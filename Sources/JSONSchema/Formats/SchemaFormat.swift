/// The formats that can be asserted (validation, 7.3).
enum SchemaFormat: String, CaseIterable, Sendable {
  case dateTime = "date-time"
  case date
  case time
  case duration
  case email
  case idnEmail = "idn-email"
  case hostname
  case idnHostname = "idn-hostname"
  case ipv4
  case ipv6
  case uri
  case uriReference = "uri-reference"
  case iri
  case iriReference = "iri-reference"
  case uriTemplate = "uri-template"
  case uuid
  case jsonPointer = "json-pointer"
  case relativeJSONPointer = "relative-json-pointer"
  case regex

  /// Bytes of a longer text are not looked at: it is of none of the formats that are of bounded length, and of the others
  /// none that anybody uses.
  private static let longest = 1 << 16

  /// - Parameter text: UTF-8.
  func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= SchemaFormat.longest else { return false }
    let bytes = Array(text)
    switch self {
    case .dateTime: return DateFormats.isDateTime(bytes)
    case .date: return DateFormats.isDate(bytes[...])
    case .time: return DateFormats.isTime(bytes[...])
    case .duration: return DateFormats.isDuration(bytes)
    case .email: return AddressFormats.isEmail(bytes, allowsNonASCII: false)
    case .idnEmail: return AddressFormats.isEmail(bytes, allowsNonASCII: true)
    case .hostname: return HostnameFormats.isHostname(bytes)
    case .idnHostname: return HostnameFormats.isInternationalHostname(String(decoding: bytes, as: UTF8.self))
    case .ipv4: return AddressFormats.isIPv4(bytes[...])
    case .ipv6: return AddressFormats.isIPv6(bytes)
    case .uri: return URISyntax.parse(bytes, allowsNonASCII: false)?.scheme != nil
    case .uriReference: return URISyntax.parse(bytes, allowsNonASCII: false) != nil
    case .iri: return URISyntax.parse(bytes, allowsNonASCII: true)?.scheme != nil
    case .iriReference: return URISyntax.parse(bytes, allowsNonASCII: true) != nil
    case .uriTemplate: return TemplateFormat.isTemplate(String(decoding: bytes, as: UTF8.self))
    case .uuid: return SchemaFormat.isUUID(bytes)
    case .jsonPointer: return SchemaFormat.isPointer(bytes[...])
    case .relativeJSONPointer: return SchemaFormat.isRelativePointer(bytes)
    case .regex: return (try? PatternTranslation.translate(String(decoding: bytes, as: UTF8.self))) != nil
    }
  }

  /// RFC 9562, 4: 8-4-4-4-12 hexadecimal digits.
  private static func isUUID(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == 36 else { return false }
    return bytes.enumerated().allSatisfy { index, byte in
      [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : URISyntax.hexadecimal(byte) != nil
    }
  }

  /// RFC 6901, 3.
  private static func isPointer(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    guard first == UInt8(ascii: "/") else { return false }
    for index in bytes.indices where bytes[index] == UInt8(ascii: "~") {
      guard index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "0") || bytes[index + 1] == UInt8(ascii: "1")
      else { return false }
    }
    return true
  }

  /// draft-bhutton-relative-json-pointer-00, 3: an integer, then a pointer or `#`.
  private static func isRelativePointer(_ bytes: [UInt8]) -> Bool {
    let digits = bytes.prefix { URISyntax.isDigit($0) }
    guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return false }
    let rest = bytes[digits.count...]
    return rest.elementsEqual("#".utf8) || isPointer(rest)
  }
}
