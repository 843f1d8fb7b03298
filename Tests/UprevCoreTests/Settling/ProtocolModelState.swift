/// A file's text and attributes, as the model knows them.
///
/// Version 1 is the original; each save of the other program has the next number. The new text of a version is what a
/// migration makes of it.
struct ModelContent: Hashable {
  /// Six bits; 0 is a free inode.
  var code: UInt8

  static let original = ModelContent(version: 1)
  static let none = ModelContent(code: 0)

  init(code: UInt8) { self.code = code }
  init(version: UInt8) { code = version }

  var version: UInt8 { code & 7 }
  var isMigrated: Bool { code & 8 != 0 }
  /// What an in-place writer that truncates leaves between its opening and its writing.
  var isTorn: Bool { code & 16 != 0 }
  /// The bytes alone.
  var text: UInt8 { code & 31 }

  var migrated: ModelContent { ModelContent(code: code | 8) }
  var torn: ModelContent { ModelContent(code: code | 16) }
  var withOtherAttributes: ModelContent { ModelContent(code: code ^ 32) }

  /// Whether this is what `saved` became: itself, or its new text.
  func carries(_ saved: ModelContent) -> Bool { code == saved.code || code == saved.migrated.code }
}

/// The whole world of the model: a file system with one document, another program and our process.
///
/// 48 bytes without a gap, so that states are compared and hashed as six words.
struct ModelState {
  /// Ten inodes of six bits: number 1 has the lowest. Free where nothing names it or holds it open; the lowest free one is
  /// taken next, so numbers are used again at once.
  var contents: UInt64 = 0

  /// The returns that were written down, by the number of their list.
  var returned: UInt32 = 0
  /// The settlement's state, by number.
  var machine: UInt16 = 0
  /// The code of the last look at the slot.
  var seenSlot: UInt16 = 0
  /// Which inodes our process keeps open while it settles, a bit each: its temporary, and what it gave back.
  var keptOpen: UInt16 = 0

  // Names: the number of the inode they lead to, 0 where they are free.
  var document: UInt8 = 1
  var slot: UInt8 = 0
  var moved: UInt8 = 0
  /// The other program's temporary.
  var draft: UInt8 = 0
  var kept1: UInt8 = 0
  var kept2: UInt8 = 0
  var kept3: UInt8 = 0
  var kept4: UInt8 = 0

  // The other program.
  var actor = ActorStep.idle
  /// The file it looked up or has open.
  var actorFile: UInt8 = 0
  var actionsLeft: UInt8 = 0
  var nextVersion: UInt8 = 2
  /// What it last left at the name, as a content's code; or one of the two below.
  var needed: UInt8 = ModelContent.original.code
  /// What it last renamed away, or `absent`.
  var neededMoved: UInt8 = ModelState.absent
  /// Whether its present save went to a file that our process had done with.
  var isExcused: UInt8 = 0
  /// Whether looking can no longer tell which of its saves came last.
  var isUnordered: UInt8 = 0

  // Our process.
  var process = ProcessStep.open
  var original: UInt8 = 0
  var originalFile: UInt8 = 0
  var temporary: UInt8 = 0
  var temporaryFile: UInt8 = 0
  var hasManifest: UInt8 = 0
  var hasCommitted: UInt8 = 0
  /// The inode it has open: the document while reading, what is in the slot while looking.
  var held: UInt8 = 0
  var hasLease: UInt8 = 0
  var isSecondLook: UInt8 = 0
  var killsLeft: UInt8 = 0
  var attemptsLeft: UInt8 = 0
  var wasKilled: UInt8 = 0
  /// How many saves were the original's bytes again.
  var repeats: UInt8 = 0

  /// No file.
  static let absent: UInt8 = 0xFF
  /// The other program is writing in place: what was there is given up, what comes is not there yet.
  static let inFlux: UInt8 = 0xFE
  static let inodeCount: UInt8 = 10

  init() { self[1] = .original }

  /// The content of an inode.
  subscript(inode: UInt8) -> ModelContent {
    get { ModelContent(code: inode == 0 ? 0 : UInt8(truncatingIfNeeded: contents >> (UInt64(inode - 1) * 6)) & 63) }
    set {
      let shift = UInt64(inode - 1) * 6
      contents = contents & ~(63 << shift) | UInt64(newValue.code) << shift
    }
  }

  /// Makes a file, with the lowest free number.
  mutating func allocate(_ content: ModelContent) -> UInt8 {
    var inode: UInt8 = 1
    while inode <= Self.inodeCount, self[inode].code != 0 { inode += 1 }
    precondition(inode <= Self.inodeCount, "the model has too few inodes")
    self[inode] = content
    return inode
  }

  /// Frees what nothing names and nobody has open.
  mutating func collect() {
    var live: UInt32 = 1 << document | 1 << slot | 1 << moved | 1 << draft
    live |= 1 << kept1 | 1 << kept2 | 1 << kept3 | 1 << kept4
    live |= 1 << held | 1 << actorFile | UInt32(keptOpen)
    var inode: UInt8 = 1
    while inode <= Self.inodeCount {
      if live & (1 << UInt32(inode)) == 0 { self[inode] = .none }
      inode += 1
    }
  }

  /// Gives what is in the slot a name of its own, beside the document.
  mutating func keepSlot() {
    if kept1 == 0 {
      kept1 = slot
    } else if kept2 == 0 {
      kept2 = slot
    } else if kept3 == 0 {
      kept3 = slot
    } else {
      precondition(kept4 == 0, "the model has too few kept names")
      kept4 = slot
    }
    slot = 0
  }

  /// Whether the other program has the file open for writing.
  func isOpenForWriting(_ inode: UInt8) -> Bool {
    actorFile == inode && (actor == .opened || actor == .written)
  }

  func isKept(_ content: ModelContent) -> Bool {
    self[kept1].carries(content) || self[kept2].carries(content) || self[kept3].carries(content)
      || self[kept4].carries(content)
  }

  var hasKept: Bool { kept1 != 0 }
}

/// What the other program does next.
enum ActorStep: UInt8 {
  case idle
  /// Its temporary is written and waits to be renamed over the name.
  case drafted
  /// It looked the name up, and will open that file for writing.
  case lookedUp
  /// The same, and will truncate it.
  case lookedUpTruncating
  case opened
  case written
}

/// What our process does next.
enum ProcessStep: UInt8 {
  case open
  case read
  case makeTemporary
  case writeManifest
  /// The settlement says what.
  case drive
  /// The slot is open, its lease was asked for.
  case readSlot
  /// The return is written down; now the exchange.
  case exchangeBack
  /// A weakened protocol's: the document's bytes were compared; now the rename over it.
  case renameOver
  case unlink
  case keep
  case removeManifest
  case done
  case killed
  /// Recovery has the slot open, its lease was asked for.
  case recoveryReadSlot
  case recoveryReadName
  /// Recovery unlinks a slot that no manifest lists.
  case recoveryUnlink
  /// A weakened recovery's: what is in the slot takes the name.
  case recoveryPutIn
}
