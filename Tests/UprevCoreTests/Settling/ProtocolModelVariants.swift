@testable import UprevCore

/// A way of replacing a document, for the model: the product's own, or one that was weakened to see the model catch it.
///
/// Its words are those of ``Settlement``.
protocol ReplacementProtocol: Hashable {
  init(original: Sighting, temporary: Sighting)
  var step: Settlement.Step { get }
  mutating func exchanged()
  mutating func nameIsAbsent()
  mutating func saw(_ sighting: Sighting)
  mutating func waited(timeIsUp: Bool)
  mutating func examineAgain()
  static func recover(
    original: Sighting, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?, rollsBack: Bool
  ) -> ModelRecovery<Self>
}

/// ``Settlement/Recovery``, and what a weakened recovery may do.
enum ModelRecovery<Replacement: ReplacementProtocol> {
  case settled
  case removeTemporary
  case resume(Replacement)
  case keep
  case oneFile
  case putSlotIn
}

/// The product's.
struct RealReplacement: ReplacementProtocol {
  var settlement: Settlement

  init(original: Sighting, temporary: Sighting) {
    settlement = Settlement(original: Self.content(of: original), temporary: temporary)
  }

  private init(_ settlement: Settlement) { self.settlement = settlement }

  var step: Settlement.Step { settlement.step }
  mutating func exchanged() { settlement.exchanged() }
  mutating func nameIsAbsent() { settlement.nameIsAbsent() }
  mutating func saw(_ sighting: Sighting) { settlement.saw(sighting) }
  mutating func waited(timeIsUp: Bool) { settlement.waited(timeIsUp: timeIsUp) }
  mutating func examineAgain() { settlement.examineAgain() }

  static func recover(
    original: Sighting, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?, rollsBack: Bool
  ) -> ModelRecovery<Self> {
    let recovery = Settlement.recover(
      original: content(of: original), temporary: temporary, returned: returned, slot: slot, name: name,
      rollsBack: rollsBack)
    return switch recovery {
    case .settled: .settled
    case .removeTemporary: .removeTemporary
    case .resume(let settlement): .resume(Self(settlement))
    case .keep: .keep
    case .oneFile: .oneFile
    }
  }

  private static func content(of original: Sighting) -> Sighting.Content {
    original.content ?? Sighting.Content(sha256: [], attributes: ModelSighting.attributes(false))
  }
}

/// One swap back, whatever comes out of it.
struct SingleSwapBack: ReplacementProtocol {
  private enum Stage: Hashable { case staged, cameOut, givingBack(Sighting), ended(Settlement.End) }
  private let original: Sighting
  private var stage = Stage.staged

  init(original: Sighting, temporary: Sighting) { self.original = original }

  var step: Settlement.Step {
    switch stage {
    case .staged: .exchange
    case .cameOut: .examine
    case .givingBack(let newer): .giveBack(newer)
    case .ended(let end): .end(end)
    }
  }
  mutating func exchanged() {
    if stage == .staged { stage = .cameOut } else { stage = .ended(.changed) }
  }
  mutating func nameIsAbsent() {
    if stage == .staged { stage = .ended(.vanished) } else { stage = .ended(.kept) }
  }
  mutating func saw(_ sighting: Sighting) {
    let isOriginal = sighting.content == original.content && !sighting.isOpenForWriting
    stage = isOriginal ? .ended(.accepted) : .givingBack(sighting)
  }
  mutating func waited(timeIsUp: Bool) {}
  mutating func examineAgain() { stage = .cameOut }
  static func recover(
    original: Sighting, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?, rollsBack: Bool
  ) -> ModelRecovery<Self> { .keep }
}

/// How a weakened protocol sees a file.
protocol WeakenedView: Hashable {
  static func see(_ sighting: Sighting) -> Sighting
}

/// The product's, with a worse sense of sight.
struct Nearsighted<View: WeakenedView>: ReplacementProtocol {
  private var real: RealReplacement

  init(original: Sighting, temporary: Sighting) {
    real = RealReplacement(original: View.see(original), temporary: View.see(temporary))
  }
  private init(_ real: RealReplacement) { self.real = real }

  var step: Settlement.Step { real.step }
  mutating func exchanged() { real.exchanged() }
  mutating func nameIsAbsent() { real.nameIsAbsent() }
  mutating func saw(_ sighting: Sighting) { real.saw(View.see(sighting)) }
  mutating func waited(timeIsUp: Bool) { real.waited(timeIsUp: timeIsUp) }
  mutating func examineAgain() { real.examineAgain() }
  static func recover(
    original: Sighting, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?, rollsBack: Bool
  ) -> ModelRecovery<Self> {
    let recovery = RealReplacement.recover(
      original: View.see(original), temporary: View.see(temporary), returned: returned.map(View.see),
      slot: slot.map(View.see), name: name.map(View.see), rollsBack: rollsBack)
    return switch recovery {
    case .settled: .settled
    case .removeTemporary: .removeTemporary
    case .resume(let real): .resume(Self(real))
    case .keep: .keep
    case .oneFile: .oneFile
    case .putSlotIn: .putSlotIn
    }
  }
}

/// Compares inode numbers instead of bytes.
enum NumbersOnly: WeakenedView {
  static func see(_ sighting: Sighting) -> Sighting {
    var result = sighting
    result.content?.sha256 = [UInt8(truncatingIfNeeded: sighting.file.inode)]
    result.content?.attributes = ModelSighting.attributes(false)
    return result
  }
}

/// Compares size and time instead of bytes: every text of the model is of one size and within one grain of time.
enum SizeAndTimeOnly: WeakenedView {
  static func see(_ sighting: Sighting) -> Sighting {
    var result = sighting
    result.content?.sha256 = [0]
    return result
  }
}

/// Compares bytes and not attributes.
enum BytesOnly: WeakenedView {
  static func see(_ sighting: Sighting) -> Sighting {
    var result = sighting
    result.content?.attributes = ModelSighting.attributes(false)
    return result
  }
}

/// What a weakened recovery does with a slot that is there, whatever is in it.
protocol BlindChoice: Hashable {
  static func choice<Replacement>(_ temporary: Sighting, _ slot: Sighting) -> ModelRecovery<Replacement>
}

/// The product's, with a recovery that goes by the names alone.
struct BlindRecovery<Choice: BlindChoice>: ReplacementProtocol {
  private var real: RealReplacement

  init(original: Sighting, temporary: Sighting) { real = RealReplacement(original: original, temporary: temporary) }

  var step: Settlement.Step { real.step }
  mutating func exchanged() { real.exchanged() }
  mutating func nameIsAbsent() { real.nameIsAbsent() }
  mutating func saw(_ sighting: Sighting) { real.saw(sighting) }
  mutating func waited(timeIsUp: Bool) { real.waited(timeIsUp: timeIsUp) }
  mutating func examineAgain() { real.examineAgain() }
  static func recover(
    original: Sighting, temporary: Sighting, returned: [Sighting], slot: Sighting?, name: Sighting?, rollsBack: Bool
  ) -> ModelRecovery<Self> {
    guard let slot else { return .settled }
    return Choice.choice(temporary, slot)
  }
}

/// Whatever is in the slot takes the name.
enum AlwaysPutIn: BlindChoice {
  static func choice<Replacement>(_ temporary: Sighting, _ slot: Sighting) -> ModelRecovery<Replacement> { .putSlotIn }
}

/// Whatever is in the slot goes.
enum AlwaysUnlink: BlindChoice {
  static func choice<Replacement>(_ temporary: Sighting, _ slot: Sighting) -> ModelRecovery<Replacement> {
    .removeTemporary
  }
}

/// A sighting as a number: four bits of inode, six of content (0: unknown), one for an open writer.
struct ModelSighting: Hashable {
  var code: UInt16

  init(code: UInt16) { self.code = code }
  init(inode: UInt8, content: ModelContent, isOpenForWriting: Bool = false) {
    code = UInt16(inode) | UInt16(content.code) << 4 | (isOpenForWriting ? 1 << 10 : 0)
  }
  /// As our process codes what it is to give back.
  init(_ sighting: Sighting) {
    let content = sighting.content.map { content in
      (content.sha256.first ?? 0) | (content.attributes.mode == 0o600 ? 32 : 0)
    }
    self.init(
      inode: UInt8(truncatingIfNeeded: sighting.file.inode), content: ModelContent(code: content ?? 0),
      isOpenForWriting: sighting.isOpenForWriting)
  }

  var content: ModelContent { ModelContent(code: UInt8(truncatingIfNeeded: code >> 4) & 63) }

  var sighting: Sighting {
    Sighting(
      file: FileIdentity(device: 1, inode: UInt64(code & 15)),
      content: content.code == 0
        ? nil
        : Sighting.Content(sha256: [content.text], attributes: Self.attributes(content.code & 32 != 0)),
      isOpenForWriting: code & (1 << 10) != 0)
  }

  static func attributes(_ areOther: Bool) -> FileAttributes {
    FileAttributes(mode: areOther ? 0o600 : 0o644, user: 0, group: 0, extended: [], flags: nil)
  }
}
