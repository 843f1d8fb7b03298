import UprevReport

/// What recovery says to people.
extension WarningRecord {
  static func recovered(
    _ path: PathName, _ runID: String, _ counts: RecoveryCounts, rolledBack: Bool
  ) -> WarningRecord {
    let head =
      rolledBack
      ? "the interrupted run \(runID), which was to change all or nothing, was rolled back"
      : "what the interrupted run \(runID) left here was brought to an end"
    var parts: [String] = []
    func say(_ count: Int, _ one: String, _ many: String) {
      if count > 0 { parts.append("\(count) \(count == 1 ? one : many)") }
    }
    say(counts.completed, "document has its new text", "documents have their new text")
    say(
      counts.givenBack, "has again what its name had led to before", "have again what their names had led to before")
    say(counts.removed, "unused temporary was removed", "unused temporaries were removed")
    say(counts.kept, "file of another program's was kept", "files of other programs' were kept")
    return WarningRecord(
      code: .recovered, message: parts.isEmpty ? head : "\(head): \(parts.joined(separator: ", "))", path: path)
  }

  static func removedUnfinished(_ kind: TemporaryKind, of runID: String, _ path: PathName) -> WarningRecord {
    let what =
      switch kind {
      case .file: "an unfinished report"
      case .archive: "an unfinished archive"
      case .copyMark: "an unfinished copy"
      }
    return WarningRecord(
      code: .recovered, message: "\(what) of the interrupted run \(runID) was removed", path: path)
  }

  static func notRecovered(_ path: PathName, _ problem: RecoveryProblem) -> WarningRecord {
    WarningRecord(code: .notRecovered, message: problem.words, path: path)
  }

  static func fileKept(_ path: PathName, of document: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept,
      message: "another program's file, caught while “\(document)” was replaced, is kept here; look at both",
      path: path)
  }

  static func fileWasKept(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept,
      message: "another program's file, kept by an earlier run; look at it and at its document, then remove one",
      path: path)
  }
}

extension RecoveryProblem {
  fileprivate var words: String {
    switch self {
    case .untrusted:
      "this looks like a staging folder of an interrupted run, but belongs to another user or can be written by others; "
        + "if it is genuine, run uprev recover as its owner, otherwise remove it"
    case .unreadable(let error):
      "what an interrupted run left here cannot be read (\(error.call): \(error.systemMessage)); "
        + "run uprev recover as its owner or as root"
    case .notUnderstood(let name):
      "“\(name)” in this staging folder is not what this version writes; run uprev recover of the version that wrote it"
    case .oneFile:
      "its name and the slot of an interrupted run lead to one file; nothing was touched; check the file system (fsck)"
    case .folderIsBusy: "another run is replacing documents in its folder; run uprev recover when that is done"
    case .stillChanging: "another program goes on writing to it; run uprev recover when that is done"
    case .failed(let error):
      "what an interrupted run left of it cannot be brought to an end (\(error.call): \(error.systemMessage)); "
        + "see to that and run uprev recover"
    case .notFlushed(let error):
      "a folder could not be flushed (\(error.call): \(error.systemMessage)); nothing was removed; check the disk and run "
        + "uprev recover"
    case .strange(let folder):
      "no run puts this into a staging folder; move it away, and run uprev recover to have “\(folder)” removed"
    case .otherIsUnreadable:
      "another staging folder of the same run cannot be read, and may say that the run is committed; see to that one first"
    case .notEntered(let error):
      "the folder cannot be entered, and what is in it is not known (\(error.call): \(error.systemMessage))"
    case .copyIsAnother:
      "the unfinished copy of an interrupted run that this speaks of was replaced by something else; "
        + "look at it, and remove both by hand"
    case .copyWithoutMark:
      "this looks like an unfinished copy of an interrupted run, but nothing beside it says so; remove it by hand"
    case .notAsked: "a run was interrupted here; run uprev recover, or migrate again"
    }
  }
}
