/// Appends JSON to a buffer and hands the buffer to a sink whenever it is full.
///
/// What it holds is at most `capacity` and one value: memory does not grow with the text. Numbers, names and strings come
/// out as RFC 8259 has them; commas, colons and white space are the caller's, who knows the layout.
package struct JSONByteWriter: ~Copyable {
  /// Bytes after which the buffer goes to the sink.
  static let capacity = 64 * 1024

  private var buffer: ByteBuffer
  private let sink: (UnsafeRawBufferPointer) throws -> Void

  /// - Parameter count: bytes that the buffer is to hold; what is not handed over makes it grow.
  package init(expecting count: Int = 0, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    self.sink = sink
    buffer = ByteBuffer(capacity: max(Self.capacity, count) + 4096)
  }

  /// Hands the buffer over if it is full.
  package mutating func flushIfFull() throws {
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Hands over what is in the buffer.
  package mutating func flush() throws {
    guard buffer.count > 0 else { return }
    try buffer.withUnsafeBytes(sink)
    // A very large value must not keep its room for the rest of the run.
    if buffer.capacity > 8 * Self.capacity {
      buffer = ByteBuffer(capacity: Self.capacity + 4096)
    } else {
      buffer.removeAll()
    }
  }

  /// What is in the buffer; valid during the call only.
  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    buffer.withUnsafeBytes(body)
  }

  /// Bytes that the buffer can hold without growing.
  package var room: Int { buffer.capacity }

  /// A copy of what is in the buffer.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Text that is JSON already.
  package mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { buffer.append(UnsafeRawBufferPointer($0)) }
  }

  /// The same, for text that was made elsewhere and checked.
  package mutating func json(_ text: String) {
    append(text)
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
  }

  package mutating func integer(_ value: Int) {
    if value < 0 { buffer.append(UInt8(ascii: "-")) }
    integer(UInt64(value.magnitude))
  }

  mutating func integer(_ value: Int?) {
    if let value { integer(value) } else { null() }
  }

  package mutating func integer(_ value: UInt64) {
    // Digits from the last to the first; no 64 bits have more than twenty.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var first = digits.count
      repeat {
        first -= 1
        digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 && first > 0
      buffer.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits[first...])))
    }
  }

  package mutating func boolean(_ value: Bool) {
    raw(value ? "true" : "false")
  }

  package mutating func null() {
    raw("null")
  }

  /// Seconds as a plain decimal with microseconds, for example `0.001250`; what is no duration becomes `0.000000`.
  mutating func seconds(_ value: Double) {
    let bounded = value > 0 ? min(value, 1e12) : 0
    let microseconds = Int64((bounded * 1e6).rounded())
    let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    append(String(whole))
    buffer.append(UInt8(ascii: "."))
    append(String(String(rest + 1_000_000).dropFirst()))
  }

  package mutating func string(_ value: String?) {
    guard var value else { return null() }
    value.withUTF8 { quoted(UnsafeRawBufferPointer($0)) }
  }

  /// Bytes in lower-case hexadecimal, as a string.
  package mutating func hexadecimal(_ value: [UInt8]?) {
    guard let value else { return null() }
    value.withUnsafeBytes { digest in
      buffer.append(2 * digest.count + 2) { text in
        text[0] = UInt8(ascii: "\"")
        for position in digest.indices {
          text[2 * position + 1] = Self.hexadecimalDigit(digest[position] >> 4)
          text[2 * position + 2] = Self.hexadecimalDigit(digest[position] & 15)
        }
        text[2 * digest.count + 1] = UInt8(ascii: "\"")
      }
    }
  }

  /// A name as a string where it is UTF-8, otherwise as `{"base64": "…"}`.
  package mutating func name(_ value: PathName?) {
    guard let value else { return null() }
    value.bytes.withUnsafeBytes { bytes in
      // `String(validating:)` copies; most names are plain, which needs no second look.
      if Self.isPlain(bytes) {
        quotedRaw(bytes)
      } else if String(validating: bytes, as: UTF8.self) != nil {
        quotedEscaping(bytes)
      } else {
        raw("{\"base64\": \"")
        base64(value.bytes)
        raw("\"}")
      }
    }
  }

  /// A number literal as it stands; a literal that is no JSON number, and a string, as a string.
  package mutating func version(_ value: ReportVersionValue?) {
    switch value {
    case nil: null()
    case .number(let literal) where JSONNumberLiteral.isValid(literal): append(literal)
    case .number(let text), .string(let text): string(text)
    }
  }

  /// A string of valid UTF-8. Escaped are the quotation mark, the reverse solidus and U+0000–U+001F, as RFC 8259,
  /// section 7, demands, and U+007F–U+009F, which some terminals obey. Everything else stands raw.
  private mutating func quoted(_ text: UnsafeRawBufferPointer) {
    if Self.isPlain(text) { quotedRaw(text) } else { quotedEscaping(text) }
  }

  private mutating func quotedRaw(_ text: UnsafeRawBufferPointer) {
    buffer.append(UInt8(ascii: "\""))
    buffer.append(text)
    buffer.append(UInt8(ascii: "\""))
  }

  private mutating func quotedEscaping(_ text: UnsafeRawBufferPointer) {
    buffer.append(UInt8(ascii: "\""))
    defer { buffer.append(UInt8(ascii: "\"")) }
    var pending = 0
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0x7F, byte != 0xC2 {
        index += 1
        continue
      }
      var end = index + 1
      var escaped = byte
      if byte == 0xC2 {
        guard end < text.count, text[end] < 0xA0 else {
          index = end
          continue
        }
        escaped = text[end]
        end += 1
      }
      buffer.append(UnsafeRawBufferPointer(rebasing: text[pending..<index]))
      escape(escaped)
      index = end
      pending = end
    }
    buffer.append(UnsafeRawBufferPointer(rebasing: text[pending..<text.count]))
  }

  /// Whether there are nothing but printable ASCII characters that stand raw: eight bytes at a time, of which the high bits
  /// tell.
  private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    func others(_ word: UInt64) -> UInt64 {
      // A borrow or a carry reaches the next byte only from one that is told of anyway.
      let controls = word &- (ones &* 0x20)
      let deletes = word &+ ones
      let quotationMarks = (word ^ (ones &* 0x22)) &- ones
      let reverseSolidi = (word ^ (ones &* 0x5C)) &- ones
      return word | controls | deletes | quotationMarks | reverseSolidi
    }
    var found: UInt64 = 0
    var index = 0
    while index + 8 <= text.count {
      found |= others(text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    while index < text.count {
      found |= others(ones &* UInt64(text[index]))
      index += 1
    }
    return found & (ones &* 0x80) == 0
  }

  /// The escape of one code unit below U+0100.
  private mutating func escape(_ unit: UInt8) {
    switch unit {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    default:
      raw("\\u00")
      buffer.append(Self.hexadecimalDigit(unit >> 4))
      buffer.append(Self.hexadecimalDigit(unit & 15))
    }
  }

  /// RFC 4648, section 4, with padding; without quotation marks.
  package mutating func base64(_ bytes: [UInt8]) {
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
      }
      for position in 0..<4 {
        let value = UInt8(group >> UInt32(18 - 6 * position) & 63)
        buffer.append(position <= count ? Self.base64Character(value) : UInt8(ascii: "="))
      }
      index += count
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func base64Character(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + value
    case 26..<52: UInt8(ascii: "a") + value - 26
    case 52..<62: UInt8(ascii: "0") + value - 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}
