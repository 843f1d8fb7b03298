import CTestSupport
import Foundation

/// Runs `body` on a thread of its own in which `openat2(2)` fails with `EPERM`, as in many a sandbox. What `body` starts on
/// other threads is not concerned.
public func withoutOpenat2(_ body: @escaping @Sendable () throws -> Void) throws {
  let result = ThreadResult()
  let thread = Thread {
    let answer = uprev_deny_openat2(EPERM)
    if answer == 0 {
      do { try body() } catch { result.error = error }
    } else {
      result.error = POSIXError(POSIXErrorCode(rawValue: -answer) ?? .EIO)
    }
    result.done.signal()
  }
  thread.stackSize = 8 << 20
  thread.start()
  result.done.wait()
  if let error = result.error { throw error }
}

// @unchecked: `error` is written by the thread before it signals, and read by the waiting one after that.
private final class ThreadResult: @unchecked Sendable {
  let done = DispatchSemaphore(value: 0)
  var error: (any Error)?
}
