import LosslessJSON

extension TextDelta {
  /// Up to so many bytes a journal keeps the old text whole.
  static let journaledWhole = 16 << 10

  /// What a journal keeps of a document: mostly the old text, whole, so that it can be put back also where the new one is
  /// gone; of a large one only what differs, so that the journal stays small.
  ///
  /// - Parameters:
  ///   - new: what will be in place.
  ///   - old: what it replaces.
  static func forJournal(from new: JSONText, to old: JSONText) -> TextDelta {
    guard old.count <= journaledWhole else { return TextDelta(from: new, to: old) }
    return old.withUnsafeBytes { TextDelta(whole: $0, replacing: new.count) }
  }
}
