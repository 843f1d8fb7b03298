import CPCRE2

/// A pattern that PCRE2 has compiled.
///
/// `@unchecked`: PCRE2 does not change its code after compiling, and nothing here changes after `init`; what a match writes
/// to belongs to a ``PatternMatcher``, one a validation.
final class CompiledPattern: @unchecked Sendable {
  fileprivate let code: OpaquePointer
  /// Whether there is machine code for it; otherwise it is interpreted.
  fileprivate let isTranslated: Bool

  /// - Parameter bytes: the pattern as the schema has it, unescaped; WTF-8.
  init(_ bytes: [UInt8]) throws(PatternError) {
    guard let pattern = String(validating: bytes, as: UTF8.self) else { throw PatternError(.loneSurrogate, at: nil) }
    let translation = Array(try PatternTranslation.translate(pattern).utf8)
    let options =
      PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY
    var status: Int32 = 0
    var offset = 0
    let code = translation.withUnsafeBufferPointer { buffer in
      pcre2_compile_8(buffer.baseAddress ?? CompiledPattern.nothing, buffer.count, options, &status, &offset, nil)
    }
    guard let code else { throw PatternError(.notMatchable(CompiledPattern.message(status)), at: nil) }
    self.code = code
    isTranslated = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
  }

  deinit { pcre2_code_free_8(code) }

  /// Stands for the address of an empty text.
  fileprivate static var nothing: UnsafePointer<UInt8>? { UnsafePointer(bitPattern: 1) }

  private static func message(_ status: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    let count = text.withUnsafeMutableBufferPointer { pcre2_get_error_message_8(status, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : "error \(status)"
  }
}

/// How far a match may go.
///
/// `@unchecked`: PCRE2 only reads it, and nothing here changes it after `init`.
private final class MatchLimit: @unchecked Sendable {
  /// Nil where there was no memory.
  let context: OpaquePointer?

  /// KiB of memory for one match.
  private static let heapLimit: UInt32 = 64 << 10

  /// - Parameter steps: of backtracking.
  private init(_ steps: UInt32) {
    context = pcre2_match_context_create_8(nil)
    if let context {
      pcre2_set_heap_limit_8(context, MatchLimit.heapLimit)
      pcre2_set_match_limit_8(context, steps)
    }
  }

  /// Of a first match, and of a second one. Both live as long as the program.
  static let small = MatchLimit(20_000)
  static let large = MatchLimit(1_000_000)
}

/// What matching needs beside the pattern; for one thread at a time.
///
/// Each match has a small limit first, which nearly all texts keep. The few that do not are matched again with a large one,
/// and how many may be is limited in turn: so the time is bounded by the length of the document.
final class PatternMatcher {
  private let data: OpaquePointer
  /// Second matches of one validation.
  private var largeMatchesLeft = 50

  init?() {
    guard let data = pcre2_match_data_create_8(1, nil) else { return nil }
    self.data = data
  }

  deinit { pcre2_match_data_free_8(data) }

  /// - Parameter text: valid UTF-8.
  /// - Returns: whether the pattern matches somewhere in the text; nil where finding out would take too long.
  func matches(_ pattern: CompiledPattern, _ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    let first = match(pattern, text, .small)
    if first != .overLimit { return first.answer }
    guard largeMatchesLeft > 0 else { return nil }
    largeMatchesLeft -= 1
    return match(pattern, text, .large).answer
  }

  private enum Outcome {
    case matched
    case unmatched
    case overLimit
    case failed

    var answer: Bool? {
      switch self {
      case .matched: true
      case .unmatched: false
      case .overLimit, .failed: nil
      }
    }
  }

  private func match(_ pattern: CompiledPattern, _ text: UnsafeBufferPointer<UInt8>, _ limit: MatchLimit) -> Outcome {
    guard let context = limit.context else { return .failed }
    let start = text.baseAddress ?? CompiledPattern.nothing
    var status: Int32 = PCRE2_ERROR_JIT_STACKLIMIT
    if pattern.isTranslated { status = pcre2_jit_match_8(pattern.code, start, text.count, 0, 0, data, context) }
    // The machine code has a small stack; the interpreter has the heap.
    if status == PCRE2_ERROR_JIT_STACKLIMIT {
      status = pcre2_match_8(
        pattern.code, start, text.count, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, context)
    }
    if status >= 0 { return .matched }
    switch status {
    case PCRE2_ERROR_NOMATCH: return .unmatched
    case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT: return .overLimit
    default: return .failed
    }
  }
}
