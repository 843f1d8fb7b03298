/// A URI or relative reference in its parts (RFC 3986, 3 and 4), or an IRI (RFC 3987).
struct URIReference: Hashable, Sendable {
  var scheme: String?
  var authority: String?
  var path = ""
  var query: String?
  var fragment: String?

  init() {}

  /// - Parameter text: nil comes back where its characters or its form are not allowed.
  init?(_ text: String, allowsNonASCII: Bool = true) {
    guard let parts = URISyntax.parse(Array(text.utf8), allowsNonASCII: allowsNonASCII) else { return nil }
    self = parts
  }

  var string: String {
    (scheme.map { $0 + ":" } ?? "") + (authority.map { "//" + $0 } ?? "") + path + (query.map { "?" + $0 } ?? "")
      + (fragment.map { "#" + $0 } ?? "")
  }

  var withoutFragment: URIReference {
    var result = self
    result.fragment = nil
    return result
  }

  /// The reference resolved against a base (RFC 3986, 5.2), and whether it climbs above the base's root on the way.
  func resolved(against base: URIReference) -> (uri: URIReference, climbs: Bool) {
    var result = self
    if scheme != nil || authority != nil {
      result.scheme = scheme ?? base.scheme
      let (path, climbs) = URIReference.withoutDots(path)
      result.path = path
      return (result, climbs)
    }
    result.scheme = base.scheme
    result.authority = base.authority
    if path.isEmpty {
      result.path = base.path
      result.query = query ?? base.query
      return (result, false)
    }
    let merged: String
    if path.hasPrefix("/") {
      merged = path
    } else if base.authority != nil, base.path.isEmpty {
      merged = "/" + path
    } else {
      merged = base.path[..<(base.path.lastIndex(of: "/").map(base.path.index(after:)) ?? base.path.startIndex)] + path
    }
    let (path, climbs) = URIReference.withoutDots(merged)
    result.path = path
    return (result, climbs)
  }

  /// RFC 3986, 5.2.4.
  private static func withoutDots(_ path: String) -> (path: String, climbs: Bool) {
    guard path.contains(".") else { return (path, false) }
    let isRooted = path.hasPrefix("/")
    var segments: [Substring] = []
    var climbs = false
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(isRooted ? 1 : 0)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      switch part {
      case ".":
        if isLast { segments.append("") }
      case "..":
        if segments.popLast() == nil { climbs = true }
        if isLast { segments.append("") }
      default: segments.append(part)
      }
    }
    return ((isRooted ? "/" : "") + segments.joined(separator: "/"), climbs)
  }

  /// A text with its percent-encoded bytes decoded; nil where that is no UTF-8.
  static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let high = URISyntax.hexadecimal(rest[rest.startIndex]),
        let low = URISyntax.hexadecimal(rest[rest.startIndex + 1])
      else { return nil }
      bytes.append(high << 4 | low)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
