/// What the model promises, in exact words.
///
/// The other program is one program that does one action after another: it *saves by rename* (writes a temporary, renames it
/// over the name), *saves in place* (looks the name up, opens that file for writing, with or without truncating it, writes,
/// closes), *deletes* the name, or *renames* it away. A save is complete when its rename or its `close` returned. It may stop
/// after any action, and our process may be killed before any of its system calls, and its recovery too.
///
/// - **Lost**: what the program's last complete action left at the name (a save, or what stood there before), or what it
///   renamed away, is neither at the name nor at the place it was renamed to, nor beside the document under a kept name, as
///   itself or as its own migrated form. In every state, killed or not; before the end the slot counts too.
///   What it renamed away while our text stood in for it is given back to the name, and there its next action meets it: a
///   deletion or another save then ends that one too.
/// - **Misplaced**: at the end it is under a kept name only, although the name is there: something older, or our text made
///   of something older, has its place.
/// - **Resurrected**: the name exists although the program's last action removed it. In every state.
/// - **Gone**: the name does not exist although the program never removed it. In every state.
/// - **Torn**: the name shows what an in-place writer left half done, and no such writer has it open. In every state.
/// - **Stray**: at the end the slot still holds something, or something was kept although the program did nothing.
/// - **Not done**: the program did nothing, and at the end the name does not have the new text (after a kill: the old or the
///   new text).
///
/// Three things no protocol on these system calls can promise, and the model says exactly when they come:
///
/// - A program that looked the name up, and was stopped between that and its opening until our process had looked at the file
///   twice and unlinked it, writes to a file that has no name (`isExcused`). Its save does not count. If the file was given
///   a kept name meanwhile, the save is there.
/// - A program that keeps a file open for writing for longer than our process waits for it gets the file back at its name
///   while it writes; which of its later saves came first can then not be told by looking. Nothing is lost, but what is
///   misplaced is not counted, here and in the last case of the first (`isUnordered`).
/// - Once all is settled, and after a kill, nothing is held open, and a file that has the number, the bytes and the attributes of an earlier one cannot
///   be told from it. A program that saves the very same again then may find its saves misplaced, never lost
///   (`isUnordered`).
enum ModelFault: String {
  case lost, misplaced, resurrected, gone, torn, stray
  case notDone = "not done"
}

struct ModelChecks {
  let options: ModelOptions

  /// What is wrong with a state.
  func fault(of state: ModelState) -> ModelFault? {
    if state.needed == ModelState.absent, state.document != 0 { return .resurrected }
    if state.needed != ModelState.absent, state.document == 0 { return .gone }
    if state[state.document].isTorn, !state.isOpenForWriting(state.document) { return .torn }
    if isLost(state.needed, in: state) || isLost(state.neededMoved, in: state) { return .lost }
    if !options.forgivesLateOpenings, state.isExcused == 1, state.actor == .idle { return .lost }
    if state.process == .done, state.actor == .idle { return faultAtEnd(of: state) }
    return nil
  }

  private func faultAtEnd(of state: ModelState) -> ModelFault? {
    if state.slot != 0 { return .stray }
    if state.needed != ModelState.absent {
      let isInPlace = state[state.document].carries(ModelContent(code: state.needed))
      if !isInPlace, state.isUnordered == 0 { return .misplaced }
    }
    guard state.actionsLeft == options.actions else { return nil }
    if state.hasKept { return .stray }
    let isNew = state[state.document].code == ModelContent.original.migrated.code
    return isNew || state.wasKilled == 1 ? nil : .notDone
  }

  private func isLost(_ needed: UInt8, in state: ModelState) -> Bool {
    if needed >= ModelState.inFlux { return false }
    let content = ModelContent(code: needed)
    if state[state.document].carries(content) || state[state.moved].carries(content) || state.isKept(content) {
      return false
    }
    return state.process == .done || !state[state.slot].carries(content)
  }
}
