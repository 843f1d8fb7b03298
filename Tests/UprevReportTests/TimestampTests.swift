import Foundation
import Testing
import UprevReport

@Suite("Times")
struct TimestampTests {
  @Test(
    "Times are RFC 3339 in UTC with milliseconds, cut",
    arguments: [
      (0, 0, "1970-01-01T00:00:00.000Z"), (-1, 999_999_999, "1969-12-31T23:59:59.999Z"),
      (951_782_400, 1_999_999, "2000-02-29T00:00:00.001Z"), (951_868_799, 0, "2000-02-29T23:59:59.000Z"),
      (951_868_800, 0, "2000-03-01T00:00:00.000Z"), (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
      (1_704_067_199, 0, "2023-12-31T23:59:59.000Z"), (-62_167_219_200, 0, "0000-01-01T00:00:00.000Z"),
      (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999Z"),
      (Int64.max, Int64.max, "9999-12-31T23:59:59.999Z"), (Int64.min, Int64.min, "0000-01-01T00:00:00.000Z"),
    ] as [(Int64, Int64, String)])
  func rfc3339(_ seconds: Int64, _ nanoseconds: Int64, _ expected: String) {
    #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).rfc3339 == expected)
  }

  @Test("The basic form is fit for a file name")
  func basic() {
    #expect(Timestamp(seconds: 1_795_568_198, nanoseconds: 250_000_000).basic == "20261125T005638Z")
  }

  @Test("The days around every month's end of the years 1 to 9999, and one in 37, are Python's")
  func days() throws {
    let program = """
      import datetime, sys
      last = datetime.date.max.toordinal()
      days = set(range(1, last + 1, 37))
      for year in range(1, 10000):
          for month in (1, 2, 3, 12):
              first = datetime.date(year, month, 1).toordinal()
              days.update((first - 1, first))
      epoch = datetime.date(1970, 1, 1).toordinal()
      for ordinal in sorted(days - {0}):
          sys.stdout.write(f"{(ordinal - epoch) * 86400} {datetime.date.fromordinal(ordinal).isoformat()}\\n")
      """
    let result = try python(["-c", program], input: [])
    try #require(result.status == 0, "\(result.output)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count > 170_000)
    let different = lines.filter { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let seconds = Int64(parts[0]) else { return true }
      return !Timestamp(seconds: seconds + 86_399, nanoseconds: 0).rfc3339.hasPrefix(parts[1])
    }
    #expect(different == [])
  }
}
