import CSystem
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two streams of the program. Standard output carries only what was asked for there; words for people go to standard
/// error.
enum Terminal {
  /// Writes a line to standard error. What cannot be written there is lost: there is no other place to say so.
  static func error(_ line: String) {
    var text = line
    text.append("\n")
    _ = text.withUTF8 { write(descriptor: STDERR_FILENO, UnsafeRawBufferPointer($0)) }
  }

  /// Writes bytes to standard output.
  /// - Throws: ``StandardOutputError``, also when the reader of a pipe is gone.
  static func output(_ bytes: UnsafeRawBufferPointer) throws {
    let number = write(descriptor: STDOUT_FILENO, bytes)
    if number != 0 { throw StandardOutputError(number: number) }
  }

  static func output(_ text: String) throws {
    var text = text
    try text.withUTF8 { try output(UnsafeRawBufferPointer($0)) }
  }

  /// Whether standard output is a terminal that shows colours, and nobody asks for none (https://no-color.org).
  static var isColoured: Bool {
    isatty(STDOUT_FILENO) == 1 && !isSet("NO_COLOR") && value(of: "TERM") != "dumb"
  }

  private static func isSet(_ name: String) -> Bool { !(value(of: name) ?? "").isEmpty }

  private static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// - Returns: 0, or the value of `errno`.
  private static func write(descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, part.baseAddress, part.count)
      #else
        let count = Darwin.write(descriptor, part.baseAddress, part.count)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  /// A name as one line of harmless text: control characters, and bytes that are not UTF-8, appear as `\xNN`; a backslash
  /// appears twice, so that two different names never look the same.
  static func printable(_ name: PathName) -> String {
    var result = ""
    var rest = name.bytes[...]
    while let first = rest.first {
      var decoder = UTF8()
      var iterator = rest.makeIterator()
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        let length = UTF8.width(scalar)
        if scalar == "\\" {
          result.append("\\\\")
        } else if isHarmless(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          for byte in rest.prefix(length) { result.append(escaped(byte)) }
        }
        rest = rest.dropFirst(length)
      case .error, .emptyInput:
        result.append(escaped(first))
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// A sentence that quotes names and texts of others, as one line of harmless text.
  static func printable(_ sentence: String) -> String {
    var result = ""
    for scalar in sentence.unicodeScalars {
      if isHarmless(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { result.append(escaped(byte)) }
      }
    }
    return result
  }

  /// A message of several lines that may quote arguments as they were given, with everything harmless but its own line
  /// breaks.
  static func printable(_ message: String, quoting arguments: [String]) -> String {
    var text = message
    // The longest first: one may be a part of another.
    for argument in arguments.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      let shown = printable(argument)
      if shown != argument { text = text.replacing(argument, with: shown) }
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
      .joined(separator: "\n")
  }

  /// Neither a control character (C0, DEL, C1), nor one that reorders or breaks the line.
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
    default: true
    }
  }

  private static func escaped(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
  }
}

/// Standard output could not be written.
struct StandardOutputError: Error {
  /// The value of `errno`.
  var number: Int32
}
