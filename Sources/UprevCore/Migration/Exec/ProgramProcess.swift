import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that runs: this process's side of it. Used by one thread at a time. It ends, with everything in its process group,
/// when this object does.
final class ProgramProcess {
  /// Folders in which a name without a slash is looked up, whatever the environment says.
  static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
  /// All that a program finds in its environment.
  static let environment = [
    "PATH=" + searchPath.joined(separator: ":"), "LC_ALL=C.UTF-8", "TZ=UTC0", "HOME=/nonexistent",
  ]
  /// Bytes of standard error that are kept: the last ones.
  private static let longestSaid = 2048

  let process: Int64
  private var input: Int32
  private var output: Int32
  private var error: Int32
  private var isOver = false
  /// What has come and was not taken.
  private var received: [UInt8] = []
  private var position = 0
  /// Before it, from `position` on, no line ends.
  private var searched = 0
  private(set) var outputHasEnded = false
  private var saidBytes: [UInt8] = []

  /// - Parameter smallInput: whether ``canWrite`` is to mean that the program has read everything before.
  /// - Throws: ``ProgramFailure`` `notStarted`
  init(_ command: ProgramCommand, smallInput: Bool) throws(ProgramFailure) {
    guard let name = command.arguments.first else { throw .notStarted(ENOENT) }
    let candidates = name.utf8.contains(UInt8(ascii: "/")) ? [name] : Self.searchPath.map { "\($0)/\(name)" }
    var process: Int64 = 0
    var streams: [Int32] = [-1, -1, -1]
    var result = -ENOENT
    for candidate in candidates where result == -ENOENT {
      result = CStrings.with(Array(candidate.utf8)) { program in
        CStrings.with(command.arguments) { arguments in
          CStrings.with(Self.environment) { environment in
            streams.withUnsafeMutableBufferPointer { streams in
              streams.baseAddress.map {
                uprev_start_program(program, arguments, environment, smallInput ? 1 : 0, &process, $0)
              } ?? -EINVAL
            }
          }
        }
      }
    }
    guard result == 0 else { throw .notStarted(-result) }
    self.process = process
    input = streams[0]
    output = streams[1]
    error = streams[2]
  }

  deinit { _ = end(graceSeconds: 0) }

  // MARK: Streams

  /// What a wait was for.
  struct Readiness {
    /// Something came, or the output ended.
    var hasOutput = false
    /// The input can be written to.
    var canWrite = false
    /// Nobody reads the input any more.
    var isDeaf = false
    /// The system refuses to wait.
    var hasFailed = false
    /// The time is over.
    var isLate = false
  }

  /// How long one wait lasts at most, seconds: in between it is asked whether the run goes on.
  private static let longestWait = 0.2

  /// Waits, and takes what has come; for a moment only, however far away the deadline is.
  func wait(forWriting: Bool, until deadline: Double) -> Readiness {
    let left = deadline - MonotonicClock.seconds
    let flags = uprev_wait_for_program(
      input, outputHasEnded ? -1 : output, error, forWriting ? 1 : 0,
      Int32(min(max(0, left), Self.longestWait) * 1000) + 1)
    var readiness = Readiness()
    guard flags >= 0 else {
      readiness.hasFailed = true
      return readiness
    }
    if flags & Int32(UPREV_PROGRAM_ERROR) != 0 { takeError() }
    if flags & Int32(UPREV_PROGRAM_OUTPUT) != 0 {
      takeOutput()
      readiness.hasOutput = true
    }
    readiness.canWrite = flags & Int32(UPREV_PROGRAM_INPUT) != 0
    readiness.isDeaf = flags & Int32(UPREV_PROGRAM_DEAF) != 0
    readiness.isLate = left <= 0
    return readiness
  }

  /// - Returns: how many bytes were taken, 0 where none can be now; nil where nobody reads them.
  func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { uprev_write_program(input, $0.baseAddress, $0.count) }
    if count == -Int(EAGAIN) { return 0 }
    return count >= 0 ? count : nil
  }

  func closeInput() {
    if input >= 0 { uprev_close(input) }
    input = -1
  }

  /// A line that has come, without its end; after the end of the output also what has none.
  func nextLine() -> [UInt8]? {
    if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      defer { advance(to: end + 1) }
      return Array(received[position..<end])
    }
    searched = received.count
    guard outputHasEnded, position < received.count else { return nil }
    defer { advance(to: received.count) }
    return Array(received[position...])
  }

  /// Whether something has come that is more than white space in a line: a program that passes on what it gets, byte by byte,
  /// passes that on too.
  var hasMore: Bool {
    received[position...].contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }
  }

  /// Bytes that have come and were not taken as lines.
  var waitingBytes: Int { received.count - position }

  private func advance(to next: Int) {
    position = next
    if position == received.count {
      received.removeAll(keepingCapacity: received.capacity < 1 << 20)
      position = 0
    } else if position > 1 << 20 {
      received.removeSubrange(..<position)
      position = 0
    }
    searched = position
  }

  private func takeOutput() {
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      let count = uprev_read_program(output, buffer.baseAddress, buffer.count)
      if count > 0 {
        received += buffer[..<count]
      } else if count != -Int(EAGAIN) {
        outputHasEnded = true
      }
    }
  }

  private func takeError() {
    withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { buffer in
      let count = uprev_read_program(error, buffer.baseAddress, buffer.count)
      if count > 0 {
        saidBytes += buffer[..<count]
        if saidBytes.count > 2 * Self.longestSaid { saidBytes.removeFirst(saidBytes.count - Self.longestSaid) }
      } else if count != -Int(EAGAIN) {
        uprev_close(error)
        error = -1
      }
    }
  }

  /// What was written to standard error since it was last asked, or the end of it, in one line; empty where that is nothing.
  func takeSaid() -> String {
    if error >= 0, uprev_wait_for_program(-1, -1, error, 0, 0) > 0 { takeError() }
    defer { saidBytes.removeAll() }
    let text = String(decoding: saidBytes.suffix(Self.longestSaid), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map { $0.filter { !$0.isNewline } }.joined(separator: " | ")
  }

  // MARK: The end

  /// Closes its streams, waits so long for it to end by itself, and kills it, with its group, if it has not.
  @discardableResult
  func end(graceSeconds: Double) -> JqChildEnd {
    if isOver { return .unknown }
    isOver = true
    closeInput()
    uprev_close(output)
    var code: Int32 = 0
    let result = uprev_end_program(process, Int32(graceSeconds * 1000), &code)
    if error >= 0 {
      // No more than its pipe can hold.
      for _ in 0..<8 where error >= 0 && uprev_wait_for_program(-1, -1, error, 0, 0) > 0 { takeError() }
      if error >= 0 { uprev_close(error) }
      error = -1
    }
    switch Int(result) {
    case Int(UPREV_CHILD_EXITED): return .exited(code)
    case Int(UPREV_CHILD_SIGNALLED): return .signalled(code)
    default: return .unknown
    }
  }
}
