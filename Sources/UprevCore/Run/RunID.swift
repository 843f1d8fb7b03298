import UprevReport

/// The name of a run: its UTC start and a random part, for example `20260131T235959Z-9f86d081`.
///
/// It is made of digits, letters and `-` alone, so that it can be part of a file name.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(startedAt: Timestamp, random: UInt32) {
    let digits = String(random, radix: 16)
    description = "\(startedAt.basic)-\(String(repeating: "0", count: 8 - digits.utf8.count))\(digits)"
  }
}
