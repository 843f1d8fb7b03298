import CSystem
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A child process that runs jq programs: this process's side of it.
///
/// It is used by one thread at a time. The child ends when this object does, or when this process does.
public final class JqChild {
  /// How a child is started.
  public struct Launch: Hashable, Sendable {
    /// The program itself: a path.
    public var program: PathName
    /// What makes it such a child.
    public var arguments: [String]

    public init(program: PathName, arguments: [String]) {
      self.program = program
      self.arguments = arguments
    }
  }

  /// Why an exchange ended.
  enum Ending {
    /// Every request has its answer.
    case complete
    /// The first request without an answer took too long.
    case overran
    /// The child closed the stream, or sent what is no answer.
    case ended
  }

  let process: Int64
  private let stream: Int32
  private var isOver = false
  private var received: [UInt8] = []
  private var readPosition = 0
  private var programs: [Program: UInt32] = [:]
  /// The object that the child was last given as `$gather`.
  var lastGathered: [UInt8]?

  /// A program, and whether it has `$gather`.
  struct Program: Hashable {
    var text: String
    var seesGathered: Bool
  }

  /// - Throws: ``JqChildError`` with the system's error.
  init(_ launch: Launch, memory: Int) throws(JqChildError) {
    var process: Int64 = 0
    var stream: Int32 = -1
    let arguments = ["uprev"] + launch.arguments + ["--memory", String(memory)]
    // The child forgets it; nothing of this process's environment reaches a program.
    let environment = ["SWIFT_BACKTRACE=enable=no"]
    let result = CStrings.with(launch.program.bytes) { program in
      CStrings.with(arguments) { arguments in
        CStrings.with(environment) { environment in
          uprev_start_child(program, arguments, environment, &process, &stream)
        }
      }
    }
    guard result == 0 else { throw JqChildError(number: -result) }
    self.process = process
    self.stream = stream
  }

  deinit { _ = end() }

  /// Whether the child knows a program already.
  func knows(_ program: Program) -> Bool { programs[program] != nil }

  /// The number under which the child knows a program, or is going to.
  func number(of program: Program) -> UInt32 { programs[program] ?? UInt32(truncatingIfNeeded: programs.count) }

  func noteAccepted(_ program: Program) { programs[program] = number(of: program) }

  /// Sends requests and takes their answers, both at once, so that neither side waits for the other to read.
  ///
  /// - Parameters:
  ///   - next: the requests, one after the other, nil at the end.
  ///   - seconds: for each answer, from when the child can have begun with it.
  ///   - take: gets the answers, in the order of the requests.
  func exchange(
    _ next: () -> [UInt8]?, seconds: Double, _ take: (JqFrame) -> Void
  ) -> Ending {
    var request = next()
    var sent = 0
    var outstanding = 0
    var deadline = MonotonicClock.seconds + seconds
    while request != nil || outstanding > 0 {
      let left = deadline - MonotonicClock.seconds
      let ready = uprev_wait_for_stream(stream, request == nil ? 0 : 1, Int32(min(max(0, left), 100_000) * 1000) + 1)
      guard ready >= 0 else { return .ended }
      let flags = Int(ready)
      if flags & Int(UPREV_STREAM_READABLE) != 0 {
        guard receive() else { return .ended }
        do {
          while let frame = try nextFrame() {
            guard outstanding > 0 else { return .ended }
            outstanding -= 1
            deadline = MonotonicClock.seconds + seconds
            take(frame)
          }
        } catch {
          return .ended
        }
      }
      if flags & Int(UPREV_STREAM_WRITABLE) != 0, let bytes = request {
        let count = bytes.withUnsafeBytes { uprev_send(stream, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
        guard count >= 0 || count == -Int(EAGAIN) else { return .ended }
        sent += max(0, count)
        // The child may still be idle, and cannot begin before it has all of the request.
        if outstanding == 0, count > 0 { deadline = MonotonicClock.seconds + seconds }
        if sent == bytes.count {
          outstanding += 1
          sent = 0
          request = next()
        }
      }
      // What has arrived counts, however late this process looks at it.
      if flags == 0, left <= 0 { return .overran }
    }
    return .complete
  }

  /// Ends the child, kills it if need be, and waits for it. One that is about to end by itself does so as it would have.
  @discardableResult
  func end() -> JqChildEnd {
    if isOver { return .unknown }
    isOver = true
    uprev_close(stream)
    var code: Int32 = 0
    switch Int(uprev_end_child(process, &code)) {
    case Int(UPREV_CHILD_EXITED): return .exited(code)
    case Int(UPREV_CHILD_SIGNALLED): return .signalled(code)
    default: return .unknown
    }
  }

  /// - Returns: false where nothing more can come.
  private func receive() -> Bool {
    if readPosition == received.count {
      received.removeAll(keepingCapacity: received.count < 1 << 20)
      readPosition = 0
    } else if readPosition > 1 << 20 {
      received.removeSubrange(..<readPosition)
      readPosition = 0
    }
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      let count = uprev_receive(stream, buffer.baseAddress, buffer.count)
      if count == -Int(EAGAIN) { return true }
      guard count > 0 else { return false }
      received += buffer[..<count]
      return true
    }
  }

  /// A frame that has arrived completely.
  private func nextFrame() throws(JqChildError) -> JqFrame? {
    guard let size = JqFrame.number(received[readPosition...]) else { return nil }
    guard size > 0 else { throw JqChildError(number: EBADMSG) }
    let start = readPosition + 4
    guard received.count - start >= Int(size) else { return nil }
    guard let kind = JqFrame.Kind(rawValue: received[start]) else { throw JqChildError(number: EBADMSG) }
    let frame = JqFrame(kind, Array(received[start + 1..<start + Int(size)]))
    readPosition = start + Int(size)
    return frame
  }
}

/// How a child came to its end.
public enum JqChildEnd: Hashable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// The system kept no record.
  case unknown

  /// The exit status of a child that got no more memory.
  package static let noMemory: Int32 = 71
}

/// A child cannot be started; an error number of the system's.
struct JqChildError: Error, Hashable, Sendable {
  var number: Int32
}
