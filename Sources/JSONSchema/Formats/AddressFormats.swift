/// Mail and network addresses.
enum AddressFormats {
  /// RFC 2673, 3.2: four decimal octets; no leading zeros, which some read as octal.
  static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy(URISyntax.isDigit)
          && (part.count == 1 || part.first != UInt8(ascii: "0"))
          && part.reduce(0) { $0 * 10 + Int($1 & 0x0f) } < 256
      }
  }

  /// RFC 4291, 2.2: no zone.
  static func isIPv6(_ bytes: [UInt8]) -> Bool {
    guard (2...45).contains(bytes.count) else { return false }
    var halves: [ArraySlice<UInt8>] = []
    var start = 0
    var index = 0
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == UInt8(ascii: ":") {
        halves.append(bytes[start..<index])
        index += 2
        start = index
      } else {
        index += 1
      }
    }
    halves.append(bytes[start...])
    guard halves.count <= 2 else { return false }
    var groups = 0
    for (index, half) in halves.enumerated() where !half.isEmpty {
      guard let count = groupCount(half, mayEndInIPv4: index == halves.count - 1) else { return false }
      groups += count
    }
    return halves.count == 2 ? groups <= 7 : groups == 8
  }

  private static func groupCount(_ half: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
    let parts = half.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var count = 0
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard isIPv4(part) else { return nil }
        count += 2
      } else {
        guard (1...4).contains(part.count), part.allSatisfy({ URISyntax.hexadecimal($0) != nil }) else { return nil }
        count += 1
      }
    }
    return count
  }

  /// RFC 5321, 4.1.2, `Mailbox`; with other letters RFC 6531, 3.3.
  static func isEmail(_ bytes: [UInt8], allowsNonASCII: Bool) -> Bool {
    // What stands in quotes may hold an `@`; what follows the last one does not.
    guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
    let domain = bytes[(at + 1)...]
    guard isLocalPart(bytes[..<at], allowsNonASCII) else { return false }
    if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]"), domain.count > 2 {
      let literal = domain.dropFirst().dropLast()
      if literal.starts(with: "IPv6:".utf8) { return isIPv6(Array(literal.dropFirst(5))) }
      return isIPv4(literal)
    }
    return allowsNonASCII
      ? HostnameFormats.isInternationalHostname(String(decoding: domain, as: UTF8.self))
      : HostnameFormats.isHostname(Array(domain))
  }

  private static let atomMarks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

  private static func isLocalPart(_ part: ArraySlice<UInt8>, _ allowsNonASCII: Bool) -> Bool {
    guard let first = part.first else { return false }
    if first == UInt8(ascii: "\"") {
      var rest = part.dropFirst()
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "\""): return rest.isEmpty
        case UInt8(ascii: "\\"):
          guard let escaped = rest.popFirst(), (0x20...0x7e).contains(escaped) else { return false }
        case 0x20...0x7e: break
        default: if byte < 0x80 || !allowsNonASCII { return false }
        }
      }
      return false
    }
    return part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
      !atom.isEmpty
        && atom.allSatisfy {
          URISyntax.isLetter($0) || URISyntax.isDigit($0) || atomMarks.contains($0) || $0 >= 0x80 && allowsNonASCII
        }
    }
  }
}
