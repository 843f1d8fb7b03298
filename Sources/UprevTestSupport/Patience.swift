import Foundation

/// How long a test waits for what must end soon before it calls it endless.
public enum Patience {
  /// So many seconds, times `UPREV_TEST_PATIENCE` where that is set: under a sanitizer, or on a machine that does much else,
  /// everything takes longer.
  public static func seconds(_ count: Int) -> Duration {
    let factor = ProcessInfo.processInfo.environment["UPREV_TEST_PATIENCE"].flatMap { Int($0) } ?? 1
    return .seconds(count * max(factor, 1))
  }
}
