import CJq
import UprevCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A compiled program. It lives as long as the process.
struct JqProgram {
  /// Why a text is no program.
  struct Refused: Error {
    var refusal: JqRefusal
    /// libjq's words, or the name of what is forbidden.
    var words: String
  }

  private let state: OpaquePointer
  /// Whether its input is an array of two: what it has as `$gather`, and the value.
  let seesGathered: Bool

  /// What a program may not use: what makes one input give several outputs, and what reaches beyond the one document.
  private static let forbidden: [(name: String, arity: Int)] = [
    ("now", 0), ("localtime", 0), ("strflocaltime", 1), ("env", 0), ("input", 0), ("inputs", 0), ("input_filename", 0),
    ("input_line_number", 0), ("halt", 0), ("halt_error", 0), ("halt_error", 1), ("modulemeta", 0),
    ("get_search_list", 0), ("get_jq_origin", 0), ("get_prog_origin", 0),
  ]
  private static let mark = "uprev_forbids_"

  /// Definitions in front of a program, each hiding a forbidden function behind one that calls what does not exist: libjq
  /// drops definitions that are not used, and refuses those that are.
  private static let guards = forbidden.map { name, arity in
    "def \(name)\(arity == 0 ? "" : "(f)"): \(mark)\(name);"
  }.joined(separator: " ")

  /// - Parameter seesGathered: whether the program has the variable `$gather`.
  static func compiling(_ text: [UInt8], seesGathered: Bool = false) -> Result<JqProgram, Refused> {
    // Modules are loaded while a program is compiled, so that is looked for first.
    if let name = JqProgramScan.forbiddenWord(in: text) {
      return .failure(Refused(refusal: .forbidden, words: name))
    }
    let guarded = compile(Array(guards.utf8) + [UInt8(ascii: " ")] + text, namingGathered: seesGathered)
    guard case .failure(let messages) = guarded else {
      guard seesGathered else { return guarded.mapError { _ in Refused(refusal: .invalid, words: "") } }
      // It was compiled by itself first, so that what stands around it cannot make a program of what is none.
      if case .success(let alone) = guarded { alone.free() }
      return compile(
        Array("\(guards) .[0] as $gather | .[1] | (".utf8) + text + Array("\n)".utf8), bindingGathered: true
      ).mapError { Refused(refusal: .invalid, words: $0.words) }
    }
    for message in messages.texts where message.hasPrefix(mark) {
      let name = message.dropFirst(mark.count).prefix { $0.isLetter || $0 == "_" }
      return .failure(Refused(refusal: .forbidden, words: String(name)))
    }
    // Once more without what stands in front, for the words and the lines of the program alone.
    switch compile(text, namingGathered: seesGathered) {
    case .failure(let messages): return .failure(Refused(refusal: .invalid, words: messages.words))
    case .success: return .failure(Refused(refusal: .invalid, words: messages.words))
    }
  }

  /// What libjq says of a program.
  private struct Messages: Error {
    var texts: [String] = []

    var words: String {
      let all = texts.filter { !$0.contains("compile error") }
      return (all.isEmpty ? texts : Array(all.prefix(3))).joined(separator: "; ")
    }
  }

  /// - Parameters:
  ///   - namingGathered: whether there is a `$gather`, of no matter which value.
  ///   - bindingGathered: whether the text takes it from its input.
  private static func compile(
    _ text: [UInt8], namingGathered: Bool = false, bindingGathered: Bool = false
  ) -> Result<JqProgram, Messages> {
    guard let state = jq_init() else { _exit(JqChildEnd.noMemory) }
    jq_set_nomem_handler(state, { _ in _exit(JqChildEnd.noMemory) }, nil)
    // libjq 1.6 leaves them what the memory held.
    jq_set_debug_cb(state, { _, message in jv_free(message) }, nil)
    jq_set_input_cb(state, { _, _ in jv_invalid() }, nil)
    var messages = Messages()
    let isCompiled = withUnsafeMutablePointer(to: &messages) { pointer in
      jq_set_error_cb(
        state,
        { pointer, message in
          let text = JqProgram.oneLine(jq_format_error(message))
          pointer?.assumingMemoryBound(to: Messages.self).pointee.texts.append(text)
        }, pointer)
      defer { jq_set_error_cb(state, { _, message in jv_free(message) }, nil) }
      return (text + [0]).withUnsafeBytes { buffer in
        buffer.withMemoryRebound(to: CChar.self) { characters in
          characters.baseAddress.map { text in
            guard namingGathered else { return jq_compile(state, text) != 0 }
            let variables = jv_object_set(jv_object(), jv_string("gather"), jv_null())
            return jq_compile_args(state, text, variables) != 0
          } ?? false
        }
      }
    }
    let program = JqProgram(state: state, seesGathered: bindingGathered)
    if isCompiled { return .success(program) }
    program.free()
    return .failure(messages)
  }

  private func free() {
    var dropped: OpaquePointer? = state
    jq_teardown(&dropped)
  }

  /// The program's one value for an input, which it takes over; the value is the caller's to free.
  func run(on input: jv) throws(JqFailure) -> jv {
    jq_start(state, input, 0)
    let first = jq_next(state)
    guard jv_get_kind(first) != JV_KIND_INVALID else { throw failure(first) ?? .valueCount(0) }
    let second = jq_next(state)
    if jv_get_kind(second) != JV_KIND_INVALID {
      jv_free(first)
      jv_free(second)
      throw .valueCount(2)
    }
    if let failure = failure(second) {
      jv_free(first)
      throw failure
    }
    return first
  }

  /// What an invalid value, which it takes over, says; nil where it is only the end.
  private func failure(_ end: jv) -> JqFailure? {
    let message = jv_invalid_get_msg(end)
    if jq_halted(state) != 0 {
      jv_free(message)
      return .halted
    }
    switch jv_get_kind(message) {
    case JV_KIND_NULL, JV_KIND_INVALID:
      jv_free(message)
      return nil
    case JV_KIND_STRING:
      return .programError(JqProgram.oneLine(message))
    default:
      return .programError(JqFailure.errorIsNoText + JqProgram.oneLine(jv_dump_string(message, 0)))
    }
  }

  /// libjq's words without its name in front, its hint about shells and its line breaks, and not too many of them.
  private static func oneLine(_ message: jv) -> String {
    defer { jv_free(message) }
    guard jv_get_kind(message) == JV_KIND_STRING, let start = jv_string_value(message) else { return "" }
    let bytes = UnsafeRawBufferPointer(start: start, count: min(Int(jv_string_length_bytes(jv_copy(message))), 4096))
    var text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix("jq: error: ") { text.removeFirst("jq: error: ".count) }
    var words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for noise in [" (Unix shell quoting issues?)", " at <top-level>"] {
      if let range = words.firstRange(of: noise) { words.removeSubrange(range) }
    }
    return words.count > 300 ? words.prefix(300) + "…" : words
  }
}
