/// What happened between two states, for a trace.
enum ModelEvent: UInt8 {
  case start
  // The other program.
  case drafts, draftsOriginalAgain, renamesOver, looksUp, looksUpToTruncate, opens, writes, closes, deletes, renamesAway
  // Our process.
  case opensDocument, documentIsAbsent, reads, makesTemporary, writesManifest
  case exchanges, exchangesNothing, looks, looksWithoutLease, readsSlot, recordsReturn, exchangesBack,
    exchangesBackNothing
  case waits, givesUpWaiting, looksAgain, unlinks, keeps, removesManifest, comparesDocument, renamesTemporaryOver
  case isKilled, recoveryBegins, recoveryReadsSlot, recoveryReadsName, recoveryUnlinks, recoveryPutsIn
}

extension ModelState {
  /// Every next step of the other program. It does one action after another, each split into its system calls, and may stop
  /// after any of them.
  func forEachActorStep(_ body: (ModelEvent, ModelState) -> Void) {
    switch actor {
    case .idle:
      if actionsLeft > 0 { forEachAction(body) }
    case .drafted:
      var next = self
      next.giveUpMoved(with: document)
      next.document = draft
      next.draft = 0
      next.actor = .idle
      next.needed = next[next.document].code
      next.collect()
      body(.renamesOver, next)
    case .lookedUp, .lookedUpTruncating:
      // Whoever opens a file for writing waits while a lease is on it.
      if hasLease != 0, held == actorFile { return }
      var next = self
      next.actor = .opened
      next.giveUpMoved(with: actorFile)
      if actor == .lookedUpTruncating { next[actorFile] = next[actorFile].torn }
      let isKept = [kept1, kept2, kept3, kept4].contains(actorFile)
      next.isExcused = isKept || actorFile == document || actorFile == slot ? 0 : 1
      if isKept { next.isUnordered = 1 }
      if next.isExcused == 0 { next.needed = Self.inFlux }
      body(.opens, next)
    case .opened:
      var next = self
      next[actorFile] = ModelContent(version: nextVersion)
      next.nextVersion += 1
      next.actor = .written
      body(.writes, next)
    case .written:
      var next = self
      if isExcused == 0 { next.needed = next[actorFile].code }
      next.actor = .idle
      next.actorFile = 0
      next.collect()
      body(.closes, next)
    }
  }

  private func forEachAction(_ body: (ModelEvent, ModelState) -> Void) {
    var next = self
    next.actionsLeft -= 1
    // A save by rename, of something new, or of the original's bytes under other attributes.
    var drafted = next
    drafted.actor = .drafted
    drafted.draft = drafted.allocate(ModelContent(version: nextVersion))
    drafted.nextVersion += 1
    body(.drafts, drafted)
    drafted = next
    drafted.actor = .drafted
    drafted.draft = drafted.allocate(ModelContent.original.withOtherAttributes)
    if repeats > 0, keptOpen == 0 || wasKilled == 1 { drafted.isUnordered = 1 }
    drafted.repeats = 1
    body(.draftsOriginalAgain, drafted)
    guard document != 0 else { return }
    // A save in place.
    var lookedUp = next
    lookedUp.actorFile = document
    lookedUp.actor = .lookedUp
    body(.looksUp, lookedUp)
    lookedUp.actor = .lookedUpTruncating
    body(.looksUpToTruncate, lookedUp)
    var deleted = next
    deleted.giveUpMoved(with: document)
    deleted.document = 0
    deleted.needed = Self.absent
    deleted.collect()
    body(.deletes, deleted)
    var renamed = next
    renamed.moved = document
    renamed.document = 0
    renamed.neededMoved = needed
    renamed.needed = Self.absent
    renamed.collect()
    body(.renamesAway, renamed)
  }

  /// What the program renamed away while our text stood in for it was given back to the name: there the program's next
  /// action meets it.
  private mutating func giveUpMoved(with file: UInt8) {
    guard neededMoved < Self.inFlux else { return }
    let content = ModelContent(code: neededMoved)
    if self[file].carries(content), !self[moved].carries(content) { neededMoved = Self.absent }
  }
}
