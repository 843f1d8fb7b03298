import UprevReport

/// Why something that an interrupted run left cannot be brought to an end now. Nothing of it is removed.
enum RecoveryProblem: Error {
  /// The staging folder belongs to another user, or others may write to it.
  case untrusted
  case unreadable(FileSystemError)
  /// A file of the staging folder that is whole and says what this version does not understand.
  case notUnderstood(PathName)
  /// Slot and name are one file.
  case oneFile
  /// Another run holds the document's folder.
  case folderIsBusy
  /// Some program goes on writing to it.
  case stillChanging
  case failed(FileSystemError)
  case notFlushed(FileSystemError)
  /// The staging folder holds what no run puts there.
  case strange(PathName)
  /// Another staging folder of the same all-or-nothing run, which may say whether it is committed, cannot be read.
  case otherIsUnreadable
  /// A folder of the tree in which there may be more.
  case notEntered(FileSystemError)
  /// What the mark of an unfinished copy speaks of is another file or folder by now.
  case copyIsAnother
  /// An unfinished copy without the mark that says so.
  case copyWithoutMark
  /// Recovery was not asked for.
  case notAsked
}

/// What recovery did with the documents of one staging folder.
struct RecoveryCounts {
  /// The new text was in place; what was read is gone.
  var completed = 0
  /// The name leads again to what another program, or (all or nothing) everybody, had there before.
  var givenBack = 0
  /// The new text had not come to be in place, and was removed.
  var removed = 0
  var kept = 0

  var isEmpty: Bool { completed == 0 && givenBack == 0 && removed == 0 && kept == 0 }
}
