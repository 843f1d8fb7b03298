/// A moment in UTC: whole seconds since 1970-01-01 without leap seconds, and nanoseconds, as `clock_gettime(2)` gives it.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Since 1970-01-01T00:00:00Z; negative before.
  public let seconds: Int64
  /// 0…999,999,999
  public let nanoseconds: Int64

  /// Anything outside the years 0000 to 9999, the range of RFC 3339, becomes its nearest end.
  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = min(max(seconds, Self.earliest), Self.latest)
    self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
  }

  /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
  private static let earliest: Int64 = -62_167_219_200
  private static let latest: Int64 = 253_402_300_799

  /// Earlier first.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// RFC 3339 in UTC with milliseconds, cut, not rounded: `2026-11-25T00:56:38.123Z`.
  public var rfc3339: String {
    let civil = civil
    return "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))T\(padded(civil.hour, 2)):"
      + "\(padded(civil.minute, 2)):\(padded(civil.second, 2)).\(padded(nanoseconds / 1_000_000, 3))Z"
  }

  /// ISO 8601's basic form, to the second, fit for a file name: `20261125T005638Z`.
  public var basic: String {
    let civil = civil
    return "\(padded(civil.year, 4))\(padded(civil.month, 2))\(padded(civil.day, 2))T\(padded(civil.hour, 2))"
      + "\(padded(civil.minute, 2))\(padded(civil.second, 2))Z"
  }

  /// The proleptic Gregorian date and the time of day.
  ///
  /// Days are counted in eras of 400 years (146,097 days) from a 1 March, so that a leap day is the last of its year:
  /// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  private var civil: (year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64) {
    let secondOfDay = seconds - floorDivide(seconds, 86_400) * 86_400
    let dayCount = floorDivide(seconds, 86_400) + 719_468
    let era = floorDivide(dayCount, 146_097)
    let dayOfEra = dayCount - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, day, secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
  }

  /// Rounds towards minus infinity. `divisor` is positive.
  private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
  }

  private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
