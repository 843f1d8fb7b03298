import LosslessJSON

// Every English sentence of explanations, and only here.

extension Explanation {
  static func words(_ detection: Detection, _ rule: VersionRule) -> String {
    let version = DocumentError.shown(detection.version)
    if let shape = detection.shape {
      return "Version \(version): the document fits shape \(shape + 1) of \"detect:\"."
    }
    let pointer = DocumentError.quoted(rule.pointer ?? .root)
    guard let value = detection.value else {
      return "Version \(version): there is none at \(pointer), and \"missing:\" says what that means."
    }
    let place = "\(pointer), line \(value.line), column \(value.column)"
    return "Version \(version): \(DocumentError.shown(value)) at \(place)."
  }

  static func words(writing version: FormatVersion, at pointer: JSONPointer) -> String {
    "write version \(DocumentError.shown(version)) to \(DocumentError.quoted(pointer))"
  }
}
