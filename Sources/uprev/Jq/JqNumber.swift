#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A double as text: the fewest digits that read back as the same double, laid out as ECMA-262 does (Number::toString, which
/// RFC 8785 takes over): whole below 10^21, a fraction from 10^-6, and with an exponent beyond (`1e+21`, `1.5e-7`). Zero
/// keeps its sign (`-0`).
enum JqNumber {
  /// - Parameter number: finite.
  static func append(_ number: Double, to bytes: inout [UInt8]) {
    if number == number.rounded(.towardZero), abs(number) < 9_007_199_254_740_992 {
      if number == 0, number.sign == .minus { bytes.append(UInt8(ascii: "-")) }
      bytes += String(Int64(number)).utf8
      return
    }
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    let (digits, point) = shortest(abs(number))
    switch point {
    case digits.count...21 where digits.count <= 21:
      bytes += digits
      bytes += repeatElement(UInt8(ascii: "0"), count: point - digits.count)
    case 1...21:
      bytes += digits[..<point]
      bytes.append(UInt8(ascii: "."))
      bytes += digits[point...]
    case -5...0:
      bytes += "0.".utf8
      bytes += repeatElement(UInt8(ascii: "0"), count: -point)
      bytes += digits
    default:
      bytes.append(digits[0])
      if digits.count > 1 {
        bytes.append(UInt8(ascii: "."))
        bytes += digits[1...]
      }
      bytes += (point > 0 ? "e+" : "e-").utf8
      bytes += String(abs(point - 1)).utf8
    }
  }

  /// The shortest digits, without zeros at either end, and how many of them stand before the point.
  ///
  /// Swift's description has the shortest digits, in another layout.
  private static func shortest(_ number: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var rest = number.description.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: ".") {
        point = digits.count
      } else if byte == UInt8(ascii: "e") {
        exponent = Int(Substring(rest).trimmingPlus) ?? 0
        break
      } else {
        digits.append(byte)
      }
    }
    var before = (point ?? digits.count) + exponent
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    before -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? ([UInt8(ascii: "0")], 1) : (digits, before)
  }
}

extension Substring {
  fileprivate var trimmingPlus: Substring { hasPrefix("+") ? dropFirst() : self }
}
