/// The records of a pax extended header: `LENGTH KEY=VALUE\n`, LENGTH in decimal and counting the whole record
/// (POSIX.1-2017, pax, "pax Extended Header").
enum PaxRecords {
  struct Record {
    /// From the first digit to the line end.
    let range: Range<Int>
    let key: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer

    func hasKey(_ name: StaticString) -> Bool {
      key.count == name.utf8CodeUnitCount && keyBegins(name)
    }

    func keyBegins(_ name: StaticString) -> Bool {
      guard key.count >= name.utf8CodeUnitCount else { return false }
      return (0..<name.utf8CodeUnitCount).allSatisfy { key[$0] == name.utf8Start[$0] }
    }

    /// A decimal number of nothing but digits; nil where it is none or does not fit.
    var number: Int64? {
      guard !value.isEmpty else { return nil }
      var result: Int64 = 0
      for byte in value {
        guard let digit = PaxRecords.digit(byte) else { return nil }
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int64(digit))
        guard !overflow, !carry else { return nil }
        result = sum
      }
      return result
    }
  }

  /// - Returns: false where `body` is not a row of well-formed records.
  static func forEach(_ body: UnsafeRawBufferPointer, _ visit: (Record) -> Void) -> Bool {
    var start = 0
    while start < body.count {
      guard let record = record(body, at: start) else { return false }
      visit(record)
      start = record.range.upperBound
    }
    return true
  }

  private static func record(_ body: UnsafeRawBufferPointer, at start: Int) -> Record? {
    var length = 0
    var index = start
    while index < body.count, let digit = digit(body[index]) {
      length = length * 10 + digit
      guard length <= body.count else { return nil }
      index += 1
    }
    let end = start + length
    guard index > start, index < body.count, body[index] == 0x20, end <= body.count, end > index + 1,
      body[end - 1] == 0x0a
    else { return nil }
    let content = body[(index + 1)..<(end - 1)]
    guard let equals = content.firstIndex(of: 0x3d), equals > content.startIndex else { return nil }
    return Record(
      range: start..<end, key: UnsafeRawBufferPointer(rebasing: content[..<equals]),
      value: UnsafeRawBufferPointer(rebasing: content[(equals + 1)...]))
  }

  private static func digit(_ byte: UInt8) -> Int? {
    byte >= 0x30 && byte <= 0x39 ? Int(byte - 0x30) : nil
  }

  /// A record as it is written; its length counts its own digits.
  static func encoded(key: String, value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count + 1
    while String(length).utf8.count + rest.utf8.count != length { length += 1 }
    return Array("\(length)\(rest)".utf8)
  }
}
