import LosslessJSON
import UprevReport

/// Reads back JSON that the program wrote itself, strictly: whoever could write to the file may have changed it.
enum WrittenJSON {
  private static let hashDigits = 64

  /// The values of an object that has exactly these members, in this order; nil for any other text.
  static func object(
    _ text: ArraySlice<UInt8>, _ names: [String], options: JSONReadingOptions
  ) -> [JSONValue]? {
    guard let indexed = try? IndexedJSON(scanning: JSONText(text), options: options) else { return nil }
    return object(indexed.root, names)
  }

  /// The values of an object that has exactly these members, in this order.
  static func object(_ value: JSONValue, _ names: [String]) -> [JSONValue]? {
    guard value.kind == .object else { return nil }
    var values: [JSONValue] = []
    values.reserveCapacity(names.count)
    for (name, value) in value.members {
      guard values.count < names.count, name.equals(names[values.count]) else { return nil }
      values.append(value)
    }
    return values.count == names.count ? values : nil
  }

  /// A whole number without sign, point or exponent, below 2^64.
  static func number(_ value: JSONValue) -> UInt64? {
    guard value.kind == .number, value.literal.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(String(decoding: value.literal, as: UTF8.self))
  }

  /// A string's bytes, or those of `{"base64":…}`; none is zero.
  static func name(_ value: JSONValue) -> PathName? {
    let bytes: [UInt8]?
    if value.kind == .object {
      bytes = object(value, ["base64"]).flatMap { $0[0].unescapedBytes }.flatMap { Base64.decoded($0) }
    } else {
      bytes = value.unescapedBytes
    }
    guard let bytes, !bytes.contains(0) else { return nil }
    return PathName(bytes)
  }

  /// A string of 64 lower-case hexadecimal digits: 32 bytes.
  static func hash(_ value: JSONValue) -> [UInt8]? {
    guard value.kind == .string else { return nil }
    return hash(value.literal.dropFirst().dropLast())
  }

  /// 64 lower-case hexadecimal digits: 32 bytes.
  static func hash(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
    guard digits.count == hashDigits else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hashDigits / 2)
    var high: UInt8?
    for digit in digits {
      let value: UInt8
      switch digit {
      case 0x30...0x39: value = digit - 0x30
      case 0x61...0x66: value = digit - 0x61 + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }
}
