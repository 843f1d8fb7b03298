import LosslessJSON
import UprevReport

/// What is to become of one document that a run changed: decided by its present text alone.
enum UndoJudgement {
  /// It is what the run left: the old text is to be put back.
  case restore(Restoration)
  /// It is what it was before the run.
  case current(JournalChange)
  /// It is neither.
  case changed(JournalChange)
  /// The journal's record does not give the old text back.
  case damaged(JournalChange)

  struct Restoration {
    let text: JSONText
    /// The record whose old text it is, and the one whose new text was found. They differ where the run replaced the
    /// document several times.
    let oldest: JournalChange
    let newest: JournalChange
  }

  /// - Parameters:
  ///   - changes: every record of the document, in the order in which they were made; not empty. A run that was killed, or
  ///     that replaced a document again, leaves several: those that never took effect match nothing.
  ///   - sha256: of `present`.
  static func judge(_ changes: [JournalChange], present: JSONText, sha256: [UInt8]) -> UndoJudgement? {
    var text = present
    var hash = sha256
    var oldest: JournalChange?
    var newest: JournalChange?
    for change in changes.reversed() where change.after.sha256 == hash && change.before.sha256 != hash {
      guard let old = old(change, from: text) else { return .damaged(change) }
      text = old
      hash = change.before.sha256
      oldest = change
      newest = newest ?? change
    }
    if let oldest, let newest { return .restore(Restoration(text: text, oldest: oldest, newest: newest)) }
    if let change = changes.last(where: { $0.before.sha256 == hash }) { return .current(change) }
    return changes.last.map { .changed($0) }
  }

  /// The text that the last record of a document replaced, without the help of what took its place.
  ///
  /// - Returns: nil where the journal does not hold it whole.
  static func recorded(_ changes: [JournalChange]) -> Restoration? {
    guard let newest = changes.last, let delta = try? TextDelta(decoding: newest.reverseDelta),
      delta.oldCount == newest.before.size, let bytes = delta.selfContained()
    else { return nil }
    let text = JSONText(bytes)
    guard text.sha256 == newest.before.sha256 else { return nil }
    // What the run had replaced before, where that led to this text.
    if case .restore(let earlier) = judge(changes.dropLast(), present: text, sha256: newest.before.sha256) {
      return Restoration(text: earlier.text, oldest: earlier.oldest, newest: newest)
    }
    return Restoration(text: text, oldest: newest, newest: newest)
  }

  private static func judge(
    _ changes: ArraySlice<JournalChange>, present: JSONText, sha256: [UInt8]
  ) -> UndoJudgement? {
    judge(Array(changes), present: present, sha256: sha256)
  }

  /// The old text by one record; nil where it is not what the record says.
  private static func old(_ change: JournalChange, from new: JSONText) -> JSONText? {
    // The sizes first: nothing is allocated by what a damaged record claims.
    guard let delta = try? TextDelta(decoding: change.reverseDelta), delta.oldCount == change.before.size,
      let bytes = try? delta.applied(to: new)
    else { return nil }
    let text = JSONText(bytes)
    return text.sha256 == change.before.sha256 ? text : nil
  }
}

extension JSONText {
  /// 32 bytes.
  var sha256: [UInt8] { withUnsafeBytes { SHA256.hash($0) } }
}
