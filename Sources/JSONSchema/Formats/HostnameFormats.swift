/// Host names (RFC 1123, 2.1) and internationalised ones (RFC 5890, 2.3.2.3).
enum HostnameFormats {
  static func isHostname(_ bytes: [UInt8]) -> Bool {
    guard (1...253).contains(bytes.count) else { return false }
    return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  /// Letters, digits and inner hyphens; an A-label must be one of a U-label (RFC 5891, 5.4).
  private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
    guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
      label.allSatisfy({ URISyntax.isLetter($0) || URISyntax.isDigit($0) || $0 == UInt8(ascii: "-") })
    else { return false }
    guard hyphensInThirdAndFourth(label) else { return true }
    guard label.prefix(2).map({ $0 | 0x20 }) == Array("xn".utf8) else { return false }
    guard let scalars = Punycode.decode(label.dropFirst(4)) else { return false }
    // An A-label of what is ASCII anyway is none.
    return scalars.contains { !$0.isASCII } && InternationalLabel.isLabel(scalars)
  }

  private static func hyphensInThirdAndFourth(_ label: ArraySlice<UInt8>) -> Bool {
    label.count >= 4 && label.dropFirst(2).prefix(2).allSatisfy { $0 == UInt8(ascii: "-") }
  }

  /// Dots as IDNA2003 had them separate labels too (RFC 3490, 3.1).
  private static let dots: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{ff0e}", "\u{ff61}"]

  static func isInternationalHostname(_ name: String) -> Bool {
    let labels = name.unicodeScalars.split(omittingEmptySubsequences: false) { dots.contains($0) }
    var length = -1
    for label in labels {
      if label.allSatisfy(\.isASCII) {
        guard isLabel(Array(label.map { UInt8(truncatingIfNeeded: $0.value) })[...]) else { return false }
        length += label.count + 1
      } else {
        let scalars = Array(label)
        guard let encoded = Punycode.encodedCount(scalars), encoded + 4 <= 63, InternationalLabel.isLabel(scalars)
        else {
          return false
        }
        length += encoded + 5
      }
    }
    return (1...253).contains(length)
  }
}

/// RFC 3492.
enum Punycode {
  private static let (base, least, most, skew, damp) = (36, 1, 26, 38, 700)

  private static func adapted(_ delta: Int, _ points: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / damp : delta / 2
    delta += delta / points
    var k = 0
    while delta > (base - least) * most / 2 {
      delta /= base - least
      k += base
    }
    return k + (base - least + 1) * delta / (delta + skew)
  }

  private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, least), most) }

  /// - Parameter label: without `xn--`, at most 59 bytes.
  static func decode(_ label: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
    guard !label.isEmpty, label.count <= 59 else { return nil }
    var output: [Unicode.Scalar] = []
    var rest = label
    if let hyphen = label.lastIndex(of: UInt8(ascii: "-")) {
      output = label[..<hyphen].map { Unicode.Scalar($0) }
      rest = label[(hyphen + 1)...]
    }
    guard !rest.isEmpty else { return nil }
    var (point, index, bias) = (128, 0, 72)
    while !rest.isEmpty {
      let before = index
      var weight = 1
      var k = base
      while true {
        guard let byte = rest.popFirst(), let digit = digit(byte) else { return nil }
        let (product, overflow) = digit.multipliedReportingOverflow(by: weight)
        guard !overflow, index <= Int.max - product else { return nil }
        index += product
        let threshold = threshold(k, bias)
        if digit < threshold { break }
        let (next, tooMuch) = weight.multipliedReportingOverflow(by: base - threshold)
        guard !tooMuch else { return nil }
        weight = next
        k += base
      }
      let count = output.count + 1
      bias = adapted(index - before, count, isFirst: before == 0)
      guard index / count <= 0x10ffff else { return nil }
      point += index / count
      index %= count
      guard point <= 0x10ffff, let scalar = Unicode.Scalar(UInt32(point)) else { return nil }
      output.insert(scalar, at: index)
      index += 1
    }
    return output
  }

  private static func digit(_ byte: UInt8) -> Int? {
    if URISyntax.isDigit(byte) { return Int(byte - UInt8(ascii: "0")) + 26 }
    return URISyntax.isLetter(byte) ? Int((byte | 0x20) - UInt8(ascii: "a")) : nil
  }

  /// How many bytes a label takes, without `xn--`; nil for one that is far too long.
  static func encodedCount(_ label: [Unicode.Scalar]) -> Int? {
    guard label.count <= 63 else { return nil }
    let plain = label.filter(\.isASCII).count
    var count = plain + (plain > 0 ? 1 : 0)
    var (point, delta, bias, handled) = (128, 0, 72, plain)
    while handled < label.count {
      let next = label.map { Int($0.value) }.filter { $0 >= point }.min() ?? point
      delta += (next - point) * (handled + 1)
      point = next
      for scalar in label {
        if scalar.value < point { delta += 1 }
        guard scalar.value == point else { continue }
        var rest = delta
        var k = base
        while true {
          let threshold = threshold(k, bias)
          count += 1
          if rest < threshold { break }
          rest = (rest - threshold) / (base - threshold)
          k += base
        }
        bias = adapted(delta, handled + 1, isFirst: handled == plain)
        delta = 0
        handled += 1
      }
      delta += 1
      point += 1
    }
    return count
  }
}
