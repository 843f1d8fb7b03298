/// U-labels (RFC 5891, 4.2, and RFC 5892). Of RFC 5893's rule for right-to-left text nothing is checked, and the table of
/// allowed code points is derived from the general categories that the standard library has.
enum InternationalLabel {
  static func isLabel(_ label: [Unicode.Scalar]) -> Bool {
    guard let first = label.first, first != "-", label.last != "-" else { return false }
    if label.count >= 4, label[2] == "-", label[3] == "-" { return false }
    switch first.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: break
    }
    return label.indices.allSatisfy { isAllowed(label, at: $0) }
  }

  /// RFC 5892, 2.6.
  private static let allowed: Set<UInt32> = [
    0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007,
  ]
  private static let disallowed: Set<UInt32> = [
    0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b,
  ]

  private static func isAllowed(_ label: [Unicode.Scalar], at index: Int) -> Bool {
    let scalar = label[index]
    func neighbour(_ offset: Int) -> Unicode.Scalar? {
      label.indices.contains(index + offset) ? label[index + offset] : nil
    }
    if allowed.contains(scalar.value) { return true }
    if disallowed.contains(scalar.value) { return false }
    // RFC 5892, appendix A.
    switch scalar.value {
    case 0x200c, 0x200d: return neighbour(-1)?.properties.canonicalCombiningClass == .virama
    case 0xb7: return neighbour(-1) == "l" && neighbour(1) == "l"
    case 0x375: return neighbour(1).map { isGreek($0) } ?? false
    case 0x5f3, 0x5f4: return neighbour(-1).map { (0x591...0x5f4).contains($0.value) } ?? false
    case 0x30fb: return label.contains { isKanaOrHan($0) }
    case 0x660...0x669: return !label.contains { (0x6f0...0x6f9).contains($0.value) }
    case 0x6f0...0x6f9: return !label.contains { (0x660...0x669).contains($0.value) }
    case 0x1100...0x11ff, 0xa960...0xa97c, 0xd7b0...0xd7fb: return false
    default: break
    }
    if scalar.isASCII {
      return scalar == "-" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
        || ("A"..."Z").contains(scalar)
    }
    let properties = scalar.properties
    if properties.isDefaultIgnorableCodePoint || properties.isWhitespace || properties.isNoncharacterCodePoint {
      return false
    }
    switch properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
      return !properties.changesWhenNFKCCaseFolded
    default: return false
    }
  }

  private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
    (0x370...0x3ff).contains(scalar.value) || (0x1f00...0x1fff).contains(scalar.value)
  }

  private static func isKanaOrHan(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3041...0x309f, 0x30a1...0x30fa, 0x30fc...0x30ff, 0x31f0...0x31ff, 0xff66...0xff9d: true
    case 0x3005, 0x3007, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x3ffff: true
    default: false
    }
  }
}
