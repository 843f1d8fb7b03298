/// How one document is replaced without losing what another program does to it meanwhile: a pure state machine.
///
/// Our temporary is in a *slot*, a name in the run's staging folder that nobody else touches; the document has its *name*.
/// The two are exchanged, and what came out is looked at. If it is what was read, and nobody has it open for writing, it
/// is accepted. Otherwise it is newer than what is in, and goes back by another exchange, which is expected to bring out
/// what was put in last; where something else comes out, that is newer still, and goes back in turn.
///
/// Whoever drives it does each ``Step`` and tells what came of it, until the step is ``Step/end(_:)``. When the folders are
/// synchronized, ``examineAgain()`` asks for the second look, after which the original may be unlinked.
public struct Settlement: Sendable, Hashable {
  /// What to do next.
  public enum Step: Hashable, Sendable {
    /// Exchange slot and name, then call ``exchanged()`` or ``nameIsAbsent()``.
    case exchange
    /// Write down durably that `returned` is about to go back to the name, then exchange.
    case giveBack(Sighting)
    /// Look at the slot, then call ``saw(_:)``.
    case examine
    /// Wait a little for a writer to close the file, then call ``waited(timeIsUp:)``.
    case wait
    case end(End)
  }

  /// How it ended, and so what is in the slot.
  public enum End: Hashable, Sendable {
    /// The name leads to the new text; in the slot is the original, to be unlinked after a second look.
    case accepted
    /// Nothing has the name any more, and nothing was put there; in the slot is our temporary.
    case vanished
    /// The name leads to what another program left there; in the slot is our temporary.
    case changed
    /// In the slot is a file of another program's that cannot go back to its name: it must be kept under another one. The
    /// name leads to something newer, or to nothing.
    case kept
  }

  enum State: Hashable, Sendable {
    case staged
    /// The first exchange is done; in the slot is what came out of it.
    case cameOut
    /// `newer` is in the slot and is to go back; `putIn` is what was put in last.
    case givingBack(newer: Sighting, putIn: Sighting)
    /// `newer` went back; in the slot should be `expected`.
    case gaveBack(newer: Sighting, expected: Sighting)
    case waiting(Sighting, before: Waiting)
    case ended(End)
  }

  enum Waiting: Hashable, Sendable {
    case cameOut
    case gaveBack(newer: Sighting, expected: Sighting)
  }

  /// What was read.
  private let original: Sighting.Content
  /// Our temporary.
  private let temporary: Sighting
  var state: State
  /// Whether the original was accepted once.
  private(set) var isSecondLook = false
  /// - Parameters:
  ///   - original: the bytes and attributes that were read.
  ///   - temporary: the new text in the slot.
  public init(original: Sighting.Content, temporary: Sighting) {
    self.original = original
    self.temporary = temporary
    state = .staged
  }

  /// One that ended with the original accepted.
  init(accepted original: Sighting.Content, temporary: Sighting) {
    self.init(original: original, temporary: temporary)
    state = .ended(.accepted)
  }

  /// What to do next.
  public var step: Step {
    switch state {
    case .staged: .exchange
    case .cameOut, .gaveBack: .examine
    case .givingBack(let newer, _): .giveBack(newer)
    case .waiting: .wait
    case .ended(let end): .end(end)
    }
  }

  /// Slot and name were exchanged.
  public mutating func exchanged() {
    switch state {
    case .staged: state = .cameOut
    case .givingBack(let newer, let putIn): state = .gaveBack(newer: newer, expected: putIn)
    case .cameOut, .gaveBack, .waiting, .ended: break
    }
  }

  /// Nothing has the name; nothing was exchanged.
  public mutating func nameIsAbsent() {
    switch state {
    case .staged: state = .ended(.vanished)
    // What was put in was removed, or renamed away: what came out must not come back, and must not be lost.
    case .givingBack: state = .ended(.kept)
    case .cameOut, .gaveBack, .waiting, .ended: break
    }
  }

  /// What the slot shows.
  public mutating func saw(_ sighting: Sighting) {
    switch state {
    case .cameOut:
      if sighting.isOpenForWriting {
        state = .waiting(sighting, before: .cameOut)
      } else {
        judgeFirst(sighting)
      }
    case .gaveBack(let newer, let expected):
      if sighting.isOpenForWriting, sighting.file == temporary.file {
        state = .waiting(sighting, before: .gaveBack(newer: newer, expected: expected))
      } else {
        judgeReturn(sighting, newer: newer, expected: expected)
      }
    case .staged, .givingBack, .waiting, .ended: break
    }
  }

  /// - Parameter timeIsUp: whether the writer has had long enough; otherwise the slot is looked at again.
  public mutating func waited(timeIsUp: Bool) {
    guard case .waiting(let sighting, let before) = state else { return }
    switch before {
    case .cameOut: state = timeIsUp ? .givingBack(newer: sighting, putIn: temporary) : .cameOut
    case .gaveBack(let newer, let expected):
      state =
        timeIsUp ? .givingBack(newer: sighting, putIn: newer) : .gaveBack(newer: newer, expected: expected)
    }
  }

  /// After ``End/accepted``: asks for one more look at the slot, before the original is unlinked.
  public mutating func examineAgain() {
    guard state == .ended(.accepted) else { return }
    state = .cameOut
    isSecondLook = true
  }

  private mutating func judgeFirst(_ sighting: Sighting) {
    state =
      sighting.content == original ? .ended(.accepted) : .givingBack(newer: sighting, putIn: temporary)
  }

  private mutating func judgeReturn(_ sighting: Sighting, newer: Sighting, expected: Sighting) {
    if sighting.isSame(as: expected) {
      // Ours can go, if it is as we made it: at the name another program may have written into it. Another program's, which a
      // later save took the place of, is not ours to remove.
      state = .ended(sighting.isSame(as: temporary) ? .changed : .kept)
      return
    }
    // However often: the name must lead to the newest in the end.
    state = .givingBack(newer: sighting, putIn: newer)
  }
}
