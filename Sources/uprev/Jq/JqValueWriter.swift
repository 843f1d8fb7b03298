import CJq
import UprevCore

/// Writes libjq's value as JSON without white space. Strings are UTF-8 with the fewest escapes, so that equal scalars have
/// equal bytes. Iterative, so that depth costs no stack.
struct JqValueWriter {
  let allowsNonFinite: Bool
  /// Bytes.
  let limit: Int
  private(set) var bytes: [UInt8] = []

  private enum Level {
    case array(jv, next: Int32, count: Int32)
    case object(jv, iterator: Int32, isFirst: Bool)
  }

  init(allowsNonFinite: Bool, limit: Int) {
    self.allowsNonFinite = allowsNonFinite
    self.limit = limit
  }

  /// - Parameter value: stays the caller's.
  mutating func write(_ value: jv) throws(JqFailure) {
    var levels: [Level] = []
    defer {
      for level in levels {
        switch level {
        case .array(let container, _, _), .object(let container, _, _): jv_free(container)
        }
      }
    }
    try open(jv_copy(value), &levels)
    while let level = levels.popLast() {
      switch level {
      case .array(let array, let next, let count):
        guard next < count else {
          bytes.append(UInt8(ascii: "]"))
          jv_free(array)
          continue
        }
        if next > 0 { bytes.append(UInt8(ascii: ",")) }
        levels.append(.array(array, next: next + 1, count: count))
        try open(jv_array_get(jv_copy(array), next), &levels)
      case .object(let object, let iterator, let isFirst):
        guard jv_object_iter_valid(object, iterator) != 0 else {
          bytes.append(UInt8(ascii: "}"))
          jv_free(object)
          continue
        }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        levels.append(.object(object, iterator: jv_object_iter_next(object, iterator), isFirst: false))
        let name = jv_object_iter_key(object, iterator)
        append(string: name)
        jv_free(name)
        bytes.append(UInt8(ascii: ":"))
        try open(jv_object_iter_value(object, iterator), &levels)
      }
    }
  }

  /// Writes a scalar, which it takes over, or makes an array or object the innermost level.
  private mutating func open(_ value: jv, _ levels: inout [Level]) throws(JqFailure) {
    switch jv_get_kind(value) {
    case JV_KIND_ARRAY:
      bytes.append(UInt8(ascii: "["))
      levels.append(.array(value, next: 0, count: jv_array_length(jv_copy(value))))
    case JV_KIND_OBJECT:
      bytes.append(UInt8(ascii: "{"))
      levels.append(.object(value, iterator: jv_object_iter(value), isFirst: true))
    case JV_KIND_NUMBER:
      let number = jv_number_value(value)
      jv_free(value)
      try append(number)
    case JV_KIND_STRING:
      append(string: value)
      jv_free(value)
    case JV_KIND_TRUE: bytes += "true".utf8
    case JV_KIND_FALSE: bytes += "false".utf8
    default: bytes += "null".utf8
    }
    guard levels.count <= JqLimits.depth else { throw .tooDeep }
    guard bytes.count <= limit else { throw .tooLarge(limit) }
  }

  private mutating func append(_ number: Double) throws(JqFailure) {
    if number.isFinite {
      JqNumber.append(number, to: &bytes)
      return
    }
    guard allowsNonFinite else { throw .notFinite }
    bytes += (number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity").utf8
  }

  private mutating func append(string: jv) {
    let count = Int(jv_string_length_bytes(jv_copy(string)))
    JqValueWriter.append(string: UnsafeRawBufferPointer(start: jv_string_value(string), count: count), to: &bytes)
  }

  /// Appends a string of that UTF-8 in quotes.
  static func append(string content: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in content {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
      case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
      case 0x0a: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
      case 0x0c: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
      case 0x0d: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
      case 0..<0x20:
        bytes += "\\u00".utf8
        for digit in [byte >> 4, byte & 0xf] {
          bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
