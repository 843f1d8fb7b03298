/// The name of a run: its UTC start and a random part, for example `20260131T235959Z-9f86d081`.
///
/// It is made of digits, letters and `-` alone, so that it can be part of a file name.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// - Parameters:
  ///   - startedAt: RFC 3339 in UTC, for example `2026-01-31T23:59:59.123Z`.
  ///   - random: the random part.
  public init(startedAt: String, random: UInt32) {
    let seconds = startedAt.prefix(while: { $0 != "." && $0 != "Z" }).filter { $0 != "-" && $0 != ":" }
    let digits = String(random, radix: 16)
    description = "\(seconds)Z-\(String(repeating: "0", count: 8 - digits.count))\(digits)"
  }
}
