import LosslessJSON

/// The form of a JSON value in which values that mean the same have the same bytes: no white space, members sorted by the bytes of
/// their names, numbers as their canonical literals, strings with the fewest escapes. What counts is said by
/// ``CanonicalReading``.
///
/// It is written without recursion, piece by piece into a hash, so that memory does not follow the size of the value.
struct CanonicalForm {
  /// Raised whenever another form is written for any value: digests of two versions cannot be compared.
  static let version = 1
  /// As digests name it.
  static let algorithm = "sha256"

  /// What a value comes to: its digest, and its form where that is no longer than the digest would be.
  struct Summary: Hashable, Sendable {
    /// `sha256:` and 64 hexadecimal digits.
    var digest: String
    /// UTF-8.
    var text: String?

    /// The form where it is short, otherwise the digest. A form never looks like a digest.
    var shortest: String { text ?? digest }

    /// Bytes of a digest as it is written.
    static let length = CanonicalForm.algorithm.utf8.count + 1 + 64
  }

  private enum Frame {
    case array(JSONElements.Iterator, CanonicalReading, isFirst: Bool)
    case object([(name: [UInt8], value: JSONValue, reading: CanonicalReading)], next: Int)
  }

  private static let bufferSize = 1 << 16

  private var hash = SHA256()
  private var buffer: [UInt8] = []
  /// The form as long as it is short.
  private var start: [UInt8]? = []

  private init() {
    buffer.reserveCapacity(Self.bufferSize)
  }

  static func summary(of value: JSONValue, as reading: CanonicalReading) -> Summary {
    var form = CanonicalForm()
    form.write(value, reading)
    form.flush()
    return Summary(
      digest: digest(form.hash.finish()),
      text: form.start.flatMap { String(validating: $0, as: UTF8.self) })
  }

  /// The digest of bytes that are no JSON.
  static func summary(of bytes: [UInt8]) -> Summary {
    Summary(digest: digest(bytes.withUnsafeBytes { SHA256.hash($0) }), text: nil)
  }

  private static func digest(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return "\(algorithm):\(String(decoding: text, as: UTF8.self))"
  }

  // MARK: Writing

  private mutating func write(_ root: JSONValue, _ reading: CanonicalReading) {
    var frames: [Frame] = []
    begin(root, reading, &frames)
    while let frame = frames.popLast() {
      switch frame {
      case .array(var elements, let reading, let isFirst):
        guard let element = elements.next() else {
          put("]")
          continue
        }
        if !isFirst { put(",") }
        frames.append(.array(elements, reading, isFirst: false))
        begin(element, reading, &frames)
      case .object(let members, let next):
        guard next < members.count else {
          put("}")
          continue
        }
        let member = members[next]
        if next > 0 { put(",") }
        string(member.name)
        put(":")
        frames.append(.object(members, next: next + 1))
        begin(member.value, member.reading, &frames)
      }
    }
  }

  /// Writes a scalar, or the beginning of an array or object.
  private mutating func begin(_ value: JSONValue, _ reading: CanonicalReading, _ frames: inout [Frame]) {
    switch value.kind {
    case .array:
      put("[")
      frames.append(.array(value.elements.makeIterator(), reading, isFirst: true))
    case .object:
      put("{")
      frames.append(.object(Self.members(of: value, reading), next: 0))
    case .string:
      let bytes = value.unescapedBytes ?? []
      string(reading == .program ? Self.trimmed(bytes) : bytes)
    case .number where !reading.keepsSpelling:
      append((value.number.map(\.description) ?? "").utf8)
    default: append(value.literal)
    }
  }

  /// Those that count, in the order in which they are written.
  static func members(
    of value: JSONValue, _ reading: CanonicalReading
  ) -> [(name: [UInt8], value: JSONValue, reading: CanonicalReading)] {
    let members = value.members.compactMap { name, member in
      let bytes = name.unescapedBytes
      return reading.reading(ofMember: bytes, in: value).map { (name: bytes, value: member, reading: $0) }
    }
    if reading.keepsSpelling { return members }
    return members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    return bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
  }

  private mutating func string(_ bytes: [UInt8]) {
    put("\"")
    var pending = 0
    for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
      append(bytes[pending..<index])
      if byte < 0x20 {
        append("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
      } else {
        append([0x5C, byte])
      }
      pending = index + 1
    }
    append(bytes[pending...])
    put("\"")
  }

  private mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { append($0) }
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { flush() }
  }

  private mutating func flush() {
    hash.update(buffer)
    if let known = start {
      start = known.count + buffer.count <= Summary.length ? known + buffer : nil
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
