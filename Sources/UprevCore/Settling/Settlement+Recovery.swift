extension Settlement {
  /// What an interrupted run left of one document, and what is to be done with it.
  public enum Recovery: Sendable {
    /// Nothing is in the slot: it was settled.
    case settled
    /// In the slot is our temporary: it may be unlinked, if it is still that.
    case removeTemporary
    /// In the slot is the original, and the new text took its place: ``Settlement/examineAgain()`` and its steps, then unlink.
    case resume(Settlement)
    /// In the slot is a file of another program's, and the name leads elsewhere: keep it under another name.
    case keep
    /// Slot and name are one file: nothing is touched, and the file system must be checked.
    case oneFile
  }

  /// Decides what becomes of a slot that a killed run left behind.
  ///
  /// - Parameters:
  ///   - original: the bytes and attributes that the run had read.
  ///   - temporary: the run's new text, and which file it was.
  ///   - returned: what the run had written down that it would give back, in order.
  ///   - slot: what the slot shows now; nil where nothing is there.
  ///   - name: what the document's name shows now; nil where nothing is there.
  ///   - rollsBack: whether the run was all-or-nothing and had not committed.
  public static func recover(
    original: Sighting.Content, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?,
    rollsBack: Bool
  ) -> Recovery {
    guard let slot else { return .settled }
    if let name, name.file == slot.file { return .oneFile }
    let isOurs = slot.file == temporary.file && slot.content?.sha256 == temporary.content?.sha256
    if isOurs, !slot.isOpenForWriting { return .removeTemporary }
    // What we put at the name, in order: which of it the name still shows tells how far the run came, whatever was written
    // down meanwhile and however often.
    let putIn = [temporary] + returned
    let shown = putIn.lastIndex { putIn in name.map { Self.isSame($0, putIn) } ?? false }
    if slot.content == original, returned.isEmpty {
      if !rollsBack { return .resume(Settlement(original, temporary, .ended(.accepted))) }
      if shown != nil {
        return .resume(Settlement(original, temporary, .givingBack(newer: slot, putIn: temporary)))
      }
      // Another program saved since, or removed it: what the run had read is superseded.
      return .resume(Settlement(original, temporary, .ended(.accepted)))
    }
    // Another program saved since, or removed it.
    guard let shown else { return .keep }
    // It was at the name before what is there now, and came out as it was put in.
    if putIn[..<shown].contains(where: { Self.isSame(slot, $0) }) { return .keep }
    return .resume(Settlement(original, temporary, .givingBack(newer: slot, putIn: putIn[shown])))
  }

  private init(_ original: Sighting.Content, _ temporary: Sighting, _ state: State) {
    self.init(original: original, temporary: temporary)
    self.state = state
  }

  /// As the manifest knows a file: attributes may have been changed by a run that was killed before it wrote them.
  private static func isSame(_ found: Sighting, _ expected: Sighting) -> Bool {
    found.file == expected.file && found.content?.sha256 == expected.content?.sha256
  }
}
