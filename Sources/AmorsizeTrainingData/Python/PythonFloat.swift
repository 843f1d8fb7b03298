extension Double {
  /// The number as Python writes it into JSON: `float.__repr__`, and `NaN`, `Infinity`, `-Infinity`.
  ///
  /// Both languages write the shortest digits that read back as the same number, and the closest of those; they differ in
  /// where they change to an exponent. Python does so below 1e-4 and from 1e16 on (`format_float_short`, format code `r`).
  var pythonLiteral: [UInt8] {
    if isNaN { return Array("NaN".utf8) }
    if isInfinite { return Array((self < 0 ? "-Infinity" : "Infinity").utf8) }
    if self == 0 { return Array((sign == .minus ? "-0.0" : "0.0").utf8) }

    let (digits, point) = shortestDigits
    var literal: [UInt8] = sign == .minus ? [UInt8(ascii: "-")] : []
    if point <= -4 || point > 16 {
      literal.append(digits[0])
      if digits.count > 1 {
        literal.append(UInt8(ascii: "."))
        literal += digits.dropFirst()
      }
      let exponent = point - 1
      literal += exponent < 0 ? "e-".utf8 : "e+".utf8
      if abs(exponent) < 10 { literal.append(UInt8(ascii: "0")) }
      literal += String(abs(exponent)).utf8
    } else if point <= 0 {
      literal += "0.".utf8
      literal += repeatElement(UInt8(ascii: "0"), count: -point)
      literal += digits
    } else {
      literal += digits.prefix(point)
      literal += repeatElement(UInt8(ascii: "0"), count: max(0, point - digits.count))
      literal.append(UInt8(ascii: "."))
      let fraction = digits.dropFirst(point)
      literal += fraction.isEmpty ? [UInt8(ascii: "0")] : fraction
    }
    return literal
  }

  /// The shortest digits without zeros at either end, and the place of the decimal point: the absolute value is
  /// `0.DIGITS × 10^point`. For a finite number other than zero.
  private var shortestDigits: (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var bytes = magnitude.description.utf8[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "."): point = digits.count
      default:
        exponent = Int(Substring(bytes)) ?? 0  // after the `e`: a sign and digits
        bytes = bytes.suffix(0)
      }
    }
    var place = (point ?? digits.count) + exponent
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      place -= 1
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, place)
  }
}
