import LosslessJSON
import UprevReport

/// What becomes of single documents of a batch.
extension TreeWriter {
  /// Makes one document's decision final.
  func settle(_ entry: inout Held, _ result: Retirement.Result, rereads: Int) {
    guard let staged = entry.staged else { return }
    let path = entry.decision.reference.path
    switch result {
    case .replaced(let isWatched):
      if !isWatched { unwatched = (count: (unwatched?.count ?? 0) + 1, first: unwatched?.first ?? path) }
      entry.decision.warnings += staged.origin.warningsOfReplacing(path)
      entry.decision.remembered = staged.placed
    case .vanished:
      entry.decision = entry.decision.vanished
    case .changed:
      decideAgain(&entry, staged, rereads: rereads)
    case .kept(let name):
      warn(.kept(name, besides: path))
      decideAgain(&entry, staged, rereads: rereads)
    case .outOfReach where !staged.isBeside:
      replaceFromBeside(&entry, staged, rereads: rereads)
    case .outOfReach(let error), .failed(let error):
      noteFullDisk(error)
      entry.decision = entry.decision.rejected(error.documentError(.writing, about: path))
    case .busy:
      entry.decision = entry.decision.rejected(.folderBusy)
    case .unsettled(let error):
      entry.decision = entry.decision.rejected(.unsettled(error, about: path))
    }
  }

  /// Once more, from a staging folder beside the document, which an exchange reaches.
  func replaceFromBeside(_ entry: inout Held, _ staged: StagedDocument, rereads: Int) {
    guard case .document(let old, let origin) = readAgain(staged),
      old.withUnsafeBytes({ SHA256.hash($0) }) == staged.original.content?.sha256
    else { return decideAgain(&entry, staged, rereads: rereads) }
    let document = Document(reference: entry.decision.reference, text: old, origin: origin)
    // The same text gives the same result.
    guard let text = entry.decision.replacement ?? options.redecide?(document).replacement,
      text.withUnsafeBytes({ SHA256.hash($0) }) == staged.temporary.content?.sha256
    else { return decideAgain(&entry, staged, rereads: rereads) }
    do throws(Staging.Failure) {
      let beside = try staging.stageBeside(text, for: document, staged.origin, entry.decision)
      replace(&entry, with: beside, rereads: rereads)
    } catch {
      entry.decision = entry.decision.rejected(documentError(error, entry.decision.reference.path))
    }
  }

  /// Another program changed the document between reading and replacing: it is read again, and decided anew.
  func decideAgain(_ entry: inout Held, _ staged: StagedDocument, rereads: Int) {
    guard let redecide = options.redecide, rereads < Self.maximumRereads, !isStopped else {
      entry.decision = entry.decision.rejected(.changedBeforeReplaced)
      return
    }
    let result = readAgain(staged)
    guard case .document(let text, let origin) = result else {
      entry.decision = result.isGone ? entry.decision.vanished : entry.decision.rejected(.changedBeforeReplaced)
      return
    }
    let again = Document(reference: entry.decision.reference, text: text, origin: origin)
    entry.decision = redecide(again)
    guard entry.decision.outcome == .migrated, let text = entry.decision.replacement else { return }
    do throws(Staging.Failure) {
      let staged = try staging.stage(text, for: again, origin, entry.decision)
      replace(&entry, with: staged, rereads: rereads + 1)
    } catch {
      entry.decision = entry.decision.rejected(documentError(error, entry.decision.reference.path))
    }
  }

  func readAgain(_ staged: StagedDocument) -> Read.Result {
    var read = Read(container.fileSystem, maximumSize: container.maximumDocumentSize)
    do throws(FileSystemError) {
      return read.read(
        staged.origin.name, in: staged.origin.folder, open: try handles.handle(of: staged.origin.folder))
    } catch {
      return error.kind == .absent ? .absent : .failed(error)
    }
  }

  func replace(_ entry: inout Held, with staged: StagedDocument, rereads: Int) {
    entry.staged = staged
    batchNumber += 1
    switch single.flush.run([staged], number: batchNumber) {
    case .flushed(let manifests):
      let committed = single.commit.run([staged], manifests)
      if let unflushed = committed.unflushed {
        stop(.foldersNotFlushed(unflushed.error, about: path(of: unflushed.folder)))
        var alone = [entry]
        leave(&alone, committed.results)
        entry = alone.first ?? entry
        return
      }
      let outcome = single.retirement.run([staged], committed.results, manifests)
      note(outcome)
      if let result = outcome.results.first {
        if result.isWithoutEffect { withdraw([staged]) }
        settle(&entry, result, rereads: rereads)
      }
    case .notJournaled(let error, let manifests):
      stop(.notJournaled(error))
      staged.removeTemporary()
      entry.decision = entry.decision.rejected(.notJournaled(error))
      remove(manifests)
    case .noRoom(let error, let manifests):
      noteFullDisk(error)
      staged.removeTemporary()
      entry.decision = entry.decision.rejected(
        error.documentError(.writing, about: entry.decision.reference.path))
      remove(manifests)
    case .notFlushed(let error, let manifests):
      noteFullDisk(error)
      withdraw([staged])
      staged.removeTemporary()
      entry.decision = entry.decision.rejected(.batchNotFlushed(error))
      // The file system told its error once, and it may be about what is staged in the same folder.
      drop(&held, .batchNotFlushed(error))
      remove(manifests)
    }
  }

  // MARK: what did not take effect

  /// A batch whose folders could not be flushed: its slots and manifests stay for recovery.
  func leave(_ batch: inout [Held], _ results: [Commit.Result]) {
    var remaining = results[...]
    for index in batch.indices {
      guard let staged = batch[index].staged, let result = remaining.popFirst() else { continue }
      staged.staging.leave()
      let decision = batch[index].decision
      switch result {
      case .inPlace, .replaced: break
      case .vanished: batch[index].decision = decision.vanished
      case .changed, .keep: batch[index].decision = decision.rejected(.changedBeforeReplaced)
      case .busy: batch[index].decision = decision.rejected(.folderBusy)
      case .outOfReach(let error), .failed(let error):
        batch[index].decision = decision.rejected(error.documentError(.writing, about: decision.reference.path))
      case .unsettled(let error):
        batch[index].decision = decision.rejected(.unsettled(error, about: decision.reference.path))
      }
    }
  }

  func drop(_ batch: inout [Held], _ error: DocumentError) {
    for index in batch.indices {
      guard let staged = batch[index].staged else { continue }
      staged.removeTemporary()
      batch[index].staged = nil
      batch[index].decision = batch[index].decision.rejected(error)
    }
  }

  func remove(_ manifests: [ManifestFile]) {
    for manifest in manifests { manifest.staging.remove(manifest.name) }
  }

  /// The journal must not say that they were changed.
  func withdraw(_ documents: [StagedDocument]) {
    let paths = documents.compactMap(\.journaledPath)
    guard !paths.isEmpty, let journal = options.journal else { return }
    do throws(JournalError) {
      try journal.withdraw(paths)
    } catch {
      // Undo goes by the bytes that it finds: a record too many does no harm.
      failure = failure ?? .notJournaled(error)
    }
  }
}

extension Decision {
  /// The same document, gone before it was written: nothing comes back.
  var vanished: Decision {
    var result = rejected(.changedBeforeReplaced)
    result.outcome = .skipped
    result.error = nil
    return result
  }
}

extension Retirement.Result {
  /// Whether the document has not got its new text beyond doubt. One that is left for recovery may have it, or get it.
  var isWithoutEffect: Bool {
    switch self {
    case .replaced, .unsettled: false
    case .vanished, .changed, .kept, .outOfReach, .failed, .busy: true
    }
  }
}

extension Read.Result {
  var isGone: Bool {
    switch self {
    case .absent, .notRegular: true
    default: false
    }
  }
}
