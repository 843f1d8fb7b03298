import LosslessJSON

extension FormatVersion {
  /// Whether this version comes before `other`; nil where there is no order between them: strings have none.
  func isBelow(_ other: FormatVersion) -> Bool? {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left < right
    case (.semantic(let left), .semantic(let right)): left < right
    default: nil
    }
  }

  /// Above `other`, which only integers and semantic versions can be.
  func isAbove(_ other: FormatVersion) -> Bool { other.isBelow(self) ?? false }
}
