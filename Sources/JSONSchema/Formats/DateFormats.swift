/// Dates and times (RFC 3339, 5.6 and appendix A).
enum DateFormats {
  static func isDateTime(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 11, bytes[10] | 0x20 == UInt8(ascii: "t") else { return false }
    return isDate(bytes[..<10]) && isTime(bytes[11...])
  }

  static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    var reader = DigitReader(bytes)
    guard bytes.count == 10, let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
      reader.skip("-"), let day = reader.number(2)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...12).contains(month) && (1...days[month - 1]).contains(day)
  }

  /// With its offset. A leap second is the last of a day in UTC.
  static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    var reader = DigitReader(bytes)
    guard let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2), reader.skip(":"),
      let second = reader.number(2), hour < 24, minute < 60, second <= 60
    else { return false }
    if reader.skip(".") {
      guard reader.digits() > 0 else { return false }
    }
    var offset = 0
    if !reader.skip("Z"), !reader.skip("z") {
      let isNegative = reader.skip("-")
      guard isNegative || reader.skip("+"), let hours = reader.number(2), reader.skip(":"),
        let minutes = reader.number(2), hours < 24, minutes < 60
      else { return false }
      offset = (hours * 60 + minutes) * (isNegative ? -1 : 1)
    }
    guard reader.isAtEnd else { return false }
    let inUTC = (hour * 60 + minute - offset + 2 * 1440) % 1440
    return second < 60 || inUTC == 1439
  }

  static func isDuration(_ bytes: [UInt8]) -> Bool {
    var reader = DigitReader(bytes[...])
    guard reader.skip("P") else { return false }
    // Weeks stand alone; of the others each may be followed by the next smaller one only.
    var dateUnits: [Character] = []
    var timeUnits: [Character] = []
    while !reader.isAtEnd, !reader.skip("T") {
      guard reader.digits() > 0, let unit = reader.next() else { return false }
      dateUnits.append(unit)
      if reader.isAtEnd { return isRun(dateUnits, of: "YMD") || dateUnits == ["W"] }
    }
    guard dateUnits.isEmpty || isRun(dateUnits, of: "YMD") else { return false }
    while !reader.isAtEnd {
      guard reader.digits() > 0, let unit = reader.next() else { return false }
      timeUnits.append(unit)
    }
    return isRun(timeUnits, of: "HMS")
  }

  private static func isRun(_ units: [Character], of all: String) -> Bool {
    !units.isEmpty && all.contains(String(units))
  }
}

private struct DigitReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Exactly so many digits.
  mutating func number(_ count: Int) -> Int? {
    guard rest.count >= count, rest.prefix(count).allSatisfy(URISyntax.isDigit) else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 & 0x0f) }
  }

  /// How many digits there are; past them.
  mutating func digits() -> Int {
    let digits = rest.prefix { URISyntax.isDigit($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func next() -> Character? {
    rest.popFirst().map { Character(Unicode.Scalar($0)) }
  }
}
