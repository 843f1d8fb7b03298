import LosslessJSON

extension FormatVersion {
  /// The value of an integer version; strings have none, and no order.
  var number: JSONDecimal? {
    switch self {
    case .integer(let number): number
    case .string: nil
    }
  }

  /// Above `other`, which only integers can be.
  func isAbove(_ other: FormatVersion) -> Bool {
    guard let number, let otherNumber = other.number else { return false }
    return otherNumber < number
  }
}
