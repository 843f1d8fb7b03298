import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a run knows of time.
public protocol RunClock: Sendable {
  /// The time of day.
  func now() -> Timestamp
  /// Seconds from some fixed moment, never going back.
  func seconds() -> Double
}

/// The machine's clocks.
public struct SystemClock: RunClock {
  public init() {}

  public func now() -> Timestamp {
    let time = Self.read(CLOCK_REALTIME)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  public func seconds() -> Double {
    let time = Self.read(CLOCK_MONOTONIC)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }
}
