import CJq
import LosslessJSON
import UprevCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes of a JSON text libjq's value, and beside it the text of that value: the same values in the same places, but numbers
/// are doubles, and U+FFFD stands for a surrogate without its other half.
///
/// libjq's own parser is not used: it has a depth of its own, makes null of `NaN`, and takes the last of two names that
/// become one.
struct JqValueReader {
  /// The text of the value.
  private(set) var view: [UInt8] = []

  private enum Level {
    case array(jv, JSONElements.Iterator)
    case object(jv, JSONMembers.Iterator, name: jv?, count: Int32)
  }

  private var levels: [Level] = []

  init() {}

  /// - Returns: a value that is the caller's to free.
  mutating func read(_ text: JSONText) throws(JqFailure) -> jv {
    let document: IndexedJSON
    do {
      document = try IndexedJSON(
        scanning: text, options: .init(allowsNonFinite: true, maximumDepth: JqLimits.depth, maximumSize: .max))
    } catch {
      throw error.code == .tooDeep ? .inputTooDeep : .programError(error.message)
    }
    view.reserveCapacity(text.count)
    var current: jv? = open(document.root)
    while let level = levels.popLast() {
      switch level {
      case .array(var array, var elements):
        if let value = current {
          array = jv_array_append(array, value)
          current = nil
        }
        if let next = elements.next() {
          if view.last != UInt8(ascii: "[") { view.append(UInt8(ascii: ",")) }
          levels.append(.array(array, elements))
          current = open(next)
        } else {
          view.append(UInt8(ascii: "]"))
          current = array
        }
      case .object(var object, var members, let name, var count):
        if let value = current, let name {
          object = jv_object_set(object, name, value)
          current = nil
        }
        if let (name, value) = members.next() {
          if count > 0 { view.append(UInt8(ascii: ",")) }
          count += 1
          let string = self.string(literal: name.literal, unescaped: { name.string })
          view.append(UInt8(ascii: ":"))
          levels.append(.object(object, members, name: string, count: count))
          current = open(value)
        } else {
          guard jv_object_length(jv_copy(object)) == count else {
            jv_free(object)
            release()
            throw .sameNames
          }
          view.append(UInt8(ascii: "}"))
          current = object
        }
      }
    }
    return current ?? jv_null()
  }

  /// Frees what was begun.
  private mutating func release() {
    while let level = levels.popLast() {
      switch level {
      case .array(let array, _): jv_free(array)
      case .object(let object, _, let name, _):
        jv_free(object)
        if let name { jv_free(name) }
      }
    }
  }

  /// The value of a scalar; nil for an array or object, which becomes the innermost level.
  private mutating func open(_ value: JSONValue) -> jv? {
    switch value.kind {
    case .null:
      view += "null".utf8
      return jv_null()
    case .true:
      view += "true".utf8
      return jv_true()
    case .false:
      view += "false".utf8
      return jv_false()
    case .nonFinite:
      view += value.literal
      switch value.literal.first {
      case UInt8(ascii: "N"): return jv_number(.nan)
      case UInt8(ascii: "-"): return jv_number(-.infinity)
      default: return jv_number(.infinity)
      }
    case .number:
      let number = JqValueReader.number(value)
      JqNumber.append(number, to: &view)
      return jv_number(number)
    case .string:
      return string(literal: value.literal, unescaped: { value.string ?? "" })
    case .array:
      view.append(UInt8(ascii: "["))
      levels.append(.array(jv_array(), value.elements.makeIterator()))
      return nil
    case .object:
      view.append(UInt8(ascii: "{"))
      levels.append(.object(jv_object(), value.members.makeIterator(), name: nil, count: 0))
      return nil
    }
  }

  private mutating func string(literal: ArraySlice<UInt8>, unescaped: () -> String) -> jv {
    if !literal.contains(UInt8(ascii: "\\")) {
      view += literal
      return literal.dropFirst().dropLast().withUnsafeBytes { JqValueReader.string($0) }
    }
    var text = unescaped()
    return text.withUTF8 {
      let bytes = UnsafeRawBufferPointer($0)
      JqValueWriter.append(string: bytes, to: &view)
      return JqValueReader.string(bytes)
    }
  }

  private static func string(_ bytes: UnsafeRawBufferPointer) -> jv {
    guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return jv_string("") }
    return jv_string_sized(start, Int32(clamping: bytes.count))
  }

  /// The nearest double; the largest one for what is beyond it, as jq prints that.
  private static func number(_ value: JSONValue) -> Double {
    // What follows a number in a valid text cannot be a part of one, and a zero follows the text.
    let number = value.document.text.withUnsafeBytes { bytes in
      bytes.bindMemory(to: CChar.self).baseAddress.map { strtod($0 + value.range.lowerBound, nil) } ?? 0
    }
    return number.isInfinite ? (number < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude) : number
  }
}
