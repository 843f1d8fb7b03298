import CJq
import CSystem
import LosslessJSON
import UprevCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Compiles jq programs and runs them, as frames on standard input ask for it, until that is closed.
///
/// Nothing here need survive hostile programs: the parent sees the end of this process and starts another. What matters is
/// that it ends: by the limit of its memory, by the parent's patience, or with the parent.
struct JqWorker {
  let memory: UInt64

  func run() -> Never {
    uprev_become_child()
    guard uprev_end_with_standard_input() == 0 else { _exit(1) }
    _ = uprev_limit_stack(UInt64(JqLimits.stack))
    let limited = uprev_limit_growth(memory)
    #if os(Linux)
      // macOS does not limit it.
      guard limited == 0 else { _exit(1) }
    #else
      _ = limited
    #endif
    jv_nomem_handler({ _ in _exit(JqChildEnd.noMemory) }, nil)
    var programs: [UInt32: JqProgram] = [:]
    // What programs have as $gather; it stays until another comes.
    var gathered = jv_null()
    while let frame = receive() {
      switch frame.kind {
      case .program, .gatheringProgram:
        guard let number = JqFrame.number(frame.body[...]) else { _exit(1) }
        let seesGathered = frame.kind == .gatheringProgram
        switch JqProgram.compiling(Array(frame.body.dropFirst(4)), seesGathered: seesGathered) {
        case .success(let program):
          programs[number] = program
          send(JqFrame(.accepted))
        case .failure(let refused):
          send(JqFrame(.refused, [refused.refusal.rawValue] + Array(refused.words.utf8)))
        }
      case .input:
        guard let number = JqFrame.number(frame.body[...]), let program = programs[number], frame.body.count > 5
        else { _exit(1) }
        send(answer(frame.body, program, &gathered))
      default:
        _exit(1)
      }
    }
    _exit(0)
  }

  private func answer(_ body: [UInt8], _ program: JqProgram, _ gathered: inout jv) -> JqFrame {
    do throws(JqFailure) {
      var start = 5
      let flags = JqInputFlags(rawValue: body[4])
      if flags.contains(.bringsGathered) {
        guard let size = JqFrame.number(body[5...]), body.count - 9 >= Int(size) else { _exit(1) }
        start = 9 + Int(size)
        var gatheredReader = JqValueReader()
        let next = try gatheredReader.read(JSONText(body[9..<start]))
        jv_free(gathered)
        gathered = next
      }
      var reader = JqValueReader()
      var input = try reader.read(JSONText(body[start...]))
      if program.seesGathered { input = jv_array_append(jv_array_append(jv_array(), jv_copy(gathered)), input) }
      var answer: [UInt8] = []
      answer.reserveCapacity(2 * body.count + 64)
      JqFrame.append(UInt32(clamping: reader.view.count), to: &answer)
      answer += reader.view
      let value = try program.run(on: input)
      defer { jv_free(value) }
      var writer = JqValueWriter(
        allowsNonFinite: flags.contains(.allowsNonFinite),
        limit: JqLimits.largestValue(forInput: body.count - start))
      try writer.write(value)
      answer += writer.bytes
      guard answer.count < JqFrame.largestBody else { throw .tooLarge(JqFrame.largestBody) }
      return JqFrame(.values, answer)
    } catch {
      return JqFrame(.failure, error.encoded)
    }
  }

  // MARK: Frames

  /// Nil at the end of the stream.
  private func receive() -> JqFrame? {
    guard let size = bytes(4).flatMap({ JqFrame.number($0[...]) }), size > 0, let body = bytes(Int(size)),
      let kind = body.first.flatMap(JqFrame.Kind.init(rawValue:))
    else { return nil }
    return JqFrame(kind, Array(body.dropFirst()))
  }

  private func bytes(_ count: Int) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = read(0, buffer.baseAddress.map { $0 + initialized }, count - initialized)
        if got == -1, errno == EINTR { continue }
        guard got > 0 else {
          isWhole = false
          return
        }
        initialized += got
      }
    }
    return isWhole ? bytes : nil
  }

  private func send(_ frame: JqFrame) {
    guard let bytes = frame.encoded else { _exit(1) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(0, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
      if count == -1, errno == EINTR { continue }
      guard count > 0 else { _exit(1) }
      sent += count
    }
  }
}
