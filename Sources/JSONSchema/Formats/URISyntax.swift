/// The characters and forms of URIs (RFC 3986, appendix A) and IRIs (RFC 3987, 2.2).
enum URISyntax {
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

  private static let unreservedMarks = Set("-._~".utf8)
  private static let subDelimiters = Set("!$&'()*+,;=".utf8)

  /// - Parameter bytes: UTF-8.
  static func parse(_ bytes: [UInt8], allowsNonASCII: Bool) -> URIReference? {
    var parts = URIReference()
    var rest = bytes[...]
    func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
      let fragment = rest[(hash + 1)...]
      guard isMade(fragment, of: "/?:@", allowsNonASCII) else { return nil }
      parts.fragment = text(fragment)
      rest = rest[..<hash]
    }
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      let query = rest[(mark + 1)...]
      guard isMade(query, of: "/?:@", allowsNonASCII, isQuery: true) else { return nil }
      parts.query = text(query)
      rest = rest[..<mark]
    }
    let firstSlash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    if let colon = rest[..<firstSlash].firstIndex(of: UInt8(ascii: ":")) {
      let scheme = rest[..<colon]
      guard let first = scheme.first, isLetter(first),
        scheme.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
      else { return nil }
      parts.scheme = text(scheme).lowercased()
      rest = rest[(colon + 1)...]
    }
    if rest.starts(with: "//".utf8) {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      guard isAuthority(rest[..<end], allowsNonASCII) else { return nil }
      parts.authority = text(rest[..<end])
      rest = rest[end...]
    }
    guard isMade(rest, of: "/:@", allowsNonASCII) else { return nil }
    parts.path = text(rest)
    return parts
  }

  private static func isAuthority(_ authority: ArraySlice<UInt8>, _ allowsNonASCII: Bool) -> Bool {
    var host = authority
    if let at = host.lastIndex(of: UInt8(ascii: "@")) {
      guard isMade(host[..<at], of: ":", allowsNonASCII) else { return false }
      host = host[(at + 1)...]
    }
    if host.first == UInt8(ascii: "[") {
      guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
      let literal = host[(host.startIndex + 1)..<close]
      guard isPort(host[(close + 1)...]) else { return false }
      return AddressFormats.isIPv6(Array(literal)) || isFutureAddress(literal)
    }
    if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
      guard isPort(host[colon...]) else { return false }
      host = host[..<colon]
    }
    return isMade(host, of: "", allowsNonASCII)
  }

  /// Nothing, or a colon and digits.
  private static func isPort(_ port: ArraySlice<UInt8>) -> Bool {
    port.isEmpty || port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy(isDigit)
  }

  private static func isFutureAddress(_ literal: ArraySlice<UInt8>) -> Bool {
    guard let first = literal.first, first | 0x20 == UInt8(ascii: "v"),
      let point = literal.firstIndex(of: UInt8(ascii: "."))
    else { return false }
    let version = literal[(literal.startIndex + 1)..<point]
    let address = literal[(point + 1)...]
    return !version.isEmpty && version.allSatisfy { hexadecimal($0) != nil } && !address.isEmpty
      && !address.contains(UInt8(ascii: "%")) && isMade(address, of: ":", false)
  }

  /// Whether there are only unreserved characters, percent-encoded bytes, sub-delimiters and `others`.
  private static func isMade(
    _ bytes: ArraySlice<UInt8>, of others: String, _ allowsNonASCII: Bool, isQuery: Bool = false
  ) -> Bool {
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.count >= 2, hexadecimal(rest[rest.startIndex]) != nil, hexadecimal(rest[rest.startIndex + 1]) != nil
        else { return false }
        rest = rest.dropFirst(2)
      } else if byte >= 0x80 {
        guard allowsNonASCII else { return false }
      } else if !isLetter(byte), !isDigit(byte), !unreservedMarks.contains(byte), !subDelimiters.contains(byte),
        !others.utf8.contains(byte)
      {
        return false
      }
    }
    guard allowsNonASCII, bytes.contains(where: { $0 >= 0x80 }) else { return true }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { isAllowedInIRI($0, isQuery: isQuery) }
  }

  /// `ucschar`, and in a query `iprivate`.
  private static func isAllowedInIRI(_ scalar: Unicode.Scalar, isQuery: Bool) -> Bool {
    switch scalar.value {
    case ..<0x80: true
    case 0xa0...0xd7ff, 0xf900...0xfdcf, 0xfdf0...0xffef: true
    case 0x10000...0xdffff: scalar.value & 0xffff < 0xfffe
    case 0xe1000...0xefffd: true
    case 0xe000...0xf8ff, 0xf0000...0xffffd, 0x100000...0x10fffd: isQuery
    default: false
    }
  }
}
