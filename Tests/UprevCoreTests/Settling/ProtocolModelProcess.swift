@testable import UprevCore

/// How our process is driven: the product's way, and what a weakened protocol leaves out.
struct ModelOptions {
  /// Of the other program.
  var actions: UInt8
  /// At any point, of the run or of its recovery.
  var kills: UInt8
  /// How often a document that changed is read again and tried anew.
  var attempts: UInt8 = 0
  var takesLeases = true
  /// Whether the lease of a look is kept while what was seen is given back.
  var keepsLeaseWhileGivingBack = true
  /// Whether what was given back is held open until all is settled, so that no later file can have its number.
  var keepsReturnsOpen = true
  var looksTwice = true
  /// false: the bytes at the name are compared, then the temporary is renamed over it.
  var exchanges = true
  var recordsReturns = true
  /// Whether a run that was killed before its mark is rolled back.
  var isAllOrNothing = false
  /// Whether an opening that comes too late for any look is forgiven: see the head of the checks.
  var forgivesLateOpenings = true
}

/// The steps of our process, one system call each, driving a machine as the product does.
struct ModelProcess<Replacement: ReplacementProtocol> {
  let options: ModelOptions
  let machines = ModelMachines<Replacement>()

  func forEachStep(_ state: ModelState, _ body: (ModelEvent, ModelState) -> Void) {
    var next = state
    switch state.process {
    case .open:
      if state.document == 0 {
        next.process = .done
        return body(.documentIsAbsent, next)
      }
      next.held = state.document
      next.process = .read
      body(.opensDocument, next)
    case .read:
      let content = state[state.held]
      next.original = content.code
      next.originalFile = state.held
      // Damaged, or current already: nothing to do.
      next.process = content.isTorn || content.isMigrated ? .done : .makeTemporary
      next.held = 0
      next.collect()
      body(.reads, next)
    case .makeTemporary:
      next.temporary = ModelContent(code: state.original).migrated.code
      next.temporaryFile = next.allocate(ModelContent(code: next.temporary))
      next.slot = next.temporaryFile
      next.process = .writeManifest
      body(.makesTemporary, next)
    case .writeManifest:
      next.hasManifest = 1
      next.keptOpen = 1 << UInt16(state.slot)
      next.machine = machines.start(
        original: ModelSighting(inode: state.originalFile, content: ModelContent(code: state.original)),
        temporary: ModelSighting(inode: state.temporaryFile, content: ModelContent(code: state.temporary)))
      next.process = .drive
      body(.writesManifest, next)
    case .drive: drive(state, body)
    case .readSlot:
      let sighting = slotSighting(state)
      next.machine = machines.after(.saw(sighting), state.machine)
      settle(&next)
      body(.readsSlot, next)
    case .exchangeBack: exchange(state, .exchangesBack, .exchangesBackNothing, body)
    case .renameOver:
      // The document may be gone: a plain rename does not care.
      next.document = state.slot
      next.slot = 0
      next.process = .removeManifest
      next.collect()
      body(.renamesTemporaryOver, next)
    case .unlink:
      next.slot = 0
      release(&next)
      next.process = .removeManifest
      next.collect()
      body(.unlinks, next)
    case .keep:
      next.keepSlot()
      release(&next)
      next.process = .removeManifest
      body(.keeps, next)
    case .removeManifest: removeManifest(state, body)
    case .done: break
    case .killed: beginRecovery(state, body)
    case .recoveryReadSlot:
      next.seenSlot = slotSighting(state).code
      next.process = .recoveryReadName
      body(.recoveryReadsSlot, next)
    case .recoveryReadName: decideRecovery(state, body)
    case .recoveryUnlink:
      next.slot = 0
      next.process = .done
      next.collect()
      body(.recoveryUnlinks, next)
    case .recoveryPutIn:
      next.document = state.slot
      next.slot = 0
      release(&next)
      next.process = .removeManifest
      next.collect()
      body(.recoveryPutsIn, next)
    }
  }

  /// The process is killed: what it has open is closed, and its leases go.
  func killed(_ state: ModelState) -> ModelState? {
    guard state.killsLeft > 0, state.process != .done, state.process != .killed else { return nil }
    // Before there is anything to recover a kill is as good as never having begun.
    if state.process == .open || state.process == .read { return nil }
    var next = state
    next.killsLeft -= 1
    next.wasKilled = 1
    next.held = 0
    next.keptOpen = 0
    next.hasLease = 0
    next.isSecondLook = 0
    next.machine = 0
    next.seenSlot = 0
    next.attemptsLeft = 0
    next.process = .killed
    next.collect()
    return next
  }

  // MARK: the machine

  private func drive(_ state: ModelState, _ body: (ModelEvent, ModelState) -> Void) {
    var next = state
    switch machines.step(state.machine) {
    case .exchange:
      if options.exchanges { return exchange(state, .exchanges, .exchangesNothing, body) }
      let isUnchanged = state.document != 0 && state[state.document].code == state.original
      next.keptOpen = 0
      next.process = isUnchanged ? .renameOver : .unlink
      body(.comparesDocument, next)
    case .giveBack(let sighting):
      if options.recordsReturns { next.returned = machines.appending(sighting, to: state.returned) }
      if sighting.isOpenForWriting { next.isUnordered = 1 }
      if options.keepsReturnsOpen, state.held != 0 { next.keptOpen |= 1 << UInt16(state.slot) }
      next.process = .exchangeBack
      body(.recordsReturn, next)
    case .examine:
      look(&next)
      next.process = .readSlot
      body(state.isOpenForWriting(state.slot) ? .looksWithoutLease : .looks, next)
    case .wait:
      next.machine = machines.after(.waitedLonger, state.machine)
      body(.waits, next)
      next.machine = machines.after(.waitedEnough, state.machine)
      body(.givesUpWaiting, next)
    case .end:
      // A first acceptance: the folders were synchronized.
      if options.isAllOrNothing { next.hasCommitted = 1 }
      next.isSecondLook = 1
      next.machine = machines.after(.examineAgain, state.machine)
      body(.looksAgain, next)
    }
  }

  private func exchange(
    _ state: ModelState, _ event: ModelEvent, _ nothing: ModelEvent, _ body: (ModelEvent, ModelState) -> Void
  ) {
    var next = state
    if state.document == 0 {
      next.machine = machines.after(.nameIsAbsent, state.machine)
      settle(&next)
      return body(nothing, next)
    }
    next.document = state.slot
    next.slot = state.document
    next.machine = machines.after(.exchanged, state.machine)
    release(&next)
    settle(&next)
    body(event, next)
  }

  /// After a call of the machine: an end keeps the lease for what is done with the slot, anything else gives it up.
  private func settle(_ next: inout ModelState) {
    next.process = .drive
    guard case .end(let end) = machines.step(next.machine) else { return releaseUnlessGivingBack(&next) }
    next.keptOpen = 0
    switch end {
    case .accepted:
      // Syncing takes its time, and no lease is kept so long.
      if next.isSecondLook == 0 { release(&next) }
      if next.isSecondLook == 1 || !options.looksTwice { next.process = .unlink }
    case .changed, .vanished: next.process = .unlink
    case .kept: next.process = .keep
    }
    next.collect()
  }

  private func look(_ next: inout ModelState) {
    next.held = next.slot
    next.hasLease = options.takesLeases && !next.isOpenForWriting(next.slot) ? 1 : 0
  }

  /// What is in the slot, which was opened by the last look.
  private func slotSighting(_ state: ModelState) -> ModelSighting {
    // What is open for writing is not read.
    let isWatched = options.takesLeases && state.hasLease == 0
    return ModelSighting(
      inode: state.held, content: isWatched ? .none : state[state.held], isOpenForWriting: isWatched)
  }

  private func releaseUnlessGivingBack(_ next: inout ModelState) {
    if options.keepsLeaseWhileGivingBack, case .giveBack = machines.step(next.machine), next.process == .drive {
      return
    }
    release(&next)
  }

  private func release(_ next: inout ModelState) {
    next.held = 0
    next.hasLease = 0
    next.collect()
  }

  private func removeManifest(_ state: ModelState, _ body: (ModelEvent, ModelState) -> Void) {
    var next = state
    next.hasManifest = 0
    next.returned = 0
    next.machine = 0
    next.isSecondLook = 0
    next.seenSlot = 0
    next.hasCommitted = 0
    next.keptOpen = 0
    next.process = .done
    // Once more where the document changed; where all is in place, that reading ends at once.
    if state.attemptsLeft > 0, state.document != 0 {
      next.attemptsLeft -= 1
      next.process = .open
    }
    next.original = 0
    next.originalFile = 0
    next.temporary = 0
    next.temporaryFile = 0
    next.collect()
    body(.removesManifest, next)
  }

  // MARK: recovery

  private func beginRecovery(_ state: ModelState, _ body: (ModelEvent, ModelState) -> Void) {
    var next = state
    if state.slot == 0 {
      next.process = state.hasManifest == 0 ? .done : .removeManifest
    } else if state.hasManifest == 0 {
      next.process = .recoveryUnlink
    } else {
      look(&next)
      next.process = .recoveryReadSlot
    }
    body(.recoveryBegins, next)
  }

  private func decideRecovery(_ state: ModelState, _ body: (ModelEvent, ModelState) -> Void) {
    var next = state
    let name =
      state.document == 0
      ? ModelSighting(code: 0)
      : ModelSighting(
        inode: state.document, content: state[state.document],
        isOpenForWriting: false)
    let rollsBack = options.isAllOrNothing && state.hasCommitted == 0
    next.seenSlot = 0
    switch machines.recover(state, name: name, rollsBack: rollsBack) {
    case .settled, .oneFile: preconditionFailure("no kill makes that")
    case .removeTemporary: next.process = .unlink
    case .keep: next.process = .keep
    case .putSlotIn: next.process = .recoveryPutIn
    case .resume(let machine):
      next.machine = machine
      next.process = .drive
      releaseUnlessGivingBack(&next)
    }
    body(.recoveryReadsName, next)
  }
}
