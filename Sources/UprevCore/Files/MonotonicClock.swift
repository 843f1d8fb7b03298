#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A clock that only goes forward, for durations.
public enum MonotonicClock {
  /// Since some moment in the past.
  public static var seconds: Double {
    var now = timespec()
    // It cannot fail with this clock and this pointer.
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// Waits for about as long, without holding anything.
  public static func sleep(seconds: Double) {
    guard seconds > 0 else { return }
    var time = timespec(
      tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    nanosleep(&time, nil)
  }
}
