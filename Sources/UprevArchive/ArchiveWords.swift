import UprevCore
import UprevReport

/// The words of this module: why an archive is not read, or not rewritten, with what was found and where.
///
/// Positions in a tar count the bytes of its decompressed content from 0, those in a filter the bytes of the file.
enum ArchiveWords {
  // MARK: damaged

  static func truncatedFilter(_ filter: ArchiveFilter, _ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "its \(filter.rawValue) data ends too early, at byte \(position) of the file")
  }

  static func damagedFilter(
    _ filter: ArchiveFilter, _ archive: PathName, at position: Int64, _ words: String
  ) -> TargetError {
    damaged(archive, "its \(filter.rawValue) data is corrupted near byte \(position) of the file (\(words))")
  }

  static func bytesAfterLastFrame(
    _ filter: ArchiveFilter, _ archive: PathName, at position: Int64
  ) -> TargetError {
    damaged(
      archive, "bytes that are no \(filter.rawValue) data follow its last frame, from byte \(position) of the file on")
  }

  static func truncatedHeader(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "it ends inside a header, at byte \(position)")
  }

  static func truncatedBody(_ archive: PathName, _ member: PathName, at position: Int64) -> TargetError {
    damaged(archive, "it ends inside the member “\(member)”, at byte \(position)")
  }

  static func noEndBlocks(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(
      archive, "it ends at byte \(position) without the two zero blocks that end a tar, so something may be missing")
  }

  static func loneZeroBlock(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "a lone zero block, at byte \(position), stands where two end a tar, so something may be missing")
  }

  static func bytesAfterEnd(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "bytes that are not zero follow the end of the tar, at byte \(position)")
  }

  static func badChecksum(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "what should be a header has a wrong checksum, at byte \(position)")
  }

  static func badNumber(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "the header at byte \(position) has a size that is no number")
  }

  static func malformedPax(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "the extended header at byte \(position) is malformed")
  }

  static func extensionWithoutMember(_ archive: PathName, at position: Int64) -> TargetError {
    damaged(archive, "an extended header has no member: a zero block follows it, at byte \(position)")
  }

  static func libraryFailed(_ archive: PathName, at position: Int64, _ words: String) -> TargetError {
    damaged(archive, "it cannot be read on from byte \(position) (\(words))")
  }

  static func positionsDisagree(_ archive: PathName, expected: Int64, found: Int64) -> TargetError {
    damaged(archive, "the header expected at byte \(expected) was found at byte \(found)")
  }

  static func noArchive(_ archive: PathName) -> TargetError {
    damaged(archive, "its name is that of an archive, but its content is none that is known")
  }

  private static func damaged(_ archive: PathName, _ found: String) -> TargetError {
    TargetError(
      code: .archiveDamaged,
      message: "“\(archive)” is damaged: \(found); it was left as it is. Restore it from a good copy.")
  }

  // MARK: unsupported

  static func concatenated(_ archive: PathName, at position: Int64) -> TargetError {
    unsupported(
      archive,
      "another tar follows the first, at byte \(position); split them, or extract them with tar -i and pack them again")
  }

  static func streamPadding(_ archive: PathName) -> TargetError {
    unsupported(archive, "zeros follow its last xz stream; decompress it and compress it again")
  }

  static func nestedFilter(_ outer: ArchiveFilter, _ inner: ArchiveFilter, _ archive: PathName) -> TargetError {
    unsupported(
      archive,
      "it is compressed twice (\(inner.rawValue) inside \(outer.rawValue)); take off the outer \(outer.rawValue)")
  }

  static func filterNotBuiltIn(_ filter: ArchiveFilter, _ archive: PathName) -> TargetError {
    unsupported(archive, "this libarchive was built without \(filter.rawValue)")
  }

  static func levelOutOfRange(_ archive: PathName, _ filter: ArchiveFilter, _ level: Int) -> TargetError {
    let levels = filter.levels
    return TargetError(
      code: .archiveUnsupported,
      message:
        "“\(archive)” was not written: \(filter.rawValue) is compressed with a level from \(levels.lowerBound) to "
        + "\(levels.upperBound), not \(level); give --compression-level one of them, or leave it out.")
  }

  static func skippableFrame(_ archive: PathName) -> TargetError {
    unsupported(archive, "it begins with a skippable frame, as pzstd writes; decompress it and compress it with zstd")
  }

  static func filteredEntries(_ archive: PathName, _ format: String) -> TargetError {
    unsupported(archive, "a \(format) file lies inside a compressed file; decompress it first")
  }

  static func globalKey(_ archive: PathName, _ key: String, at position: Int64) -> TargetError {
    unsupported(archive, "a global header sets “\(key)” for every member, at byte \(position); pack it again without")
  }

  static func multiVolume(_ archive: PathName, at position: Int64) -> TargetError {
    unsupported(archive, "it is one volume of several (byte \(position)); join them first")
  }

  static func sizesDisagree(_ archive: PathName, header: Int64, pax: Int64, at position: Int64) -> TargetError {
    unsupported(
      archive,
      "a header and its extended header disagree about a size (\(header) and \(pax), at byte \(position)); pack it again"
    )
  }

  static func sizeDisagreesWithLibrary(
    _ archive: PathName, header: Int64, library: Int64, at position: Int64
  ) -> TargetError {
    unsupported(
      archive, "a member's size can be read in two ways (\(header) and \(library), at byte \(position)); pack it again")
  }

  static func sizeOfNoRegularFile(
    _ archive: PathName, _ member: PathName, size: Int64, at position: Int64
  ) -> TargetError {
    unsupported(
      archive, "“\(member)” is no regular file but has a size, \(size) (byte \(position)); pack it again")
  }

  static func repeatedExtension(_ archive: PathName, at position: Int64) -> TargetError {
    unsupported(
      archive, "a member is described twice in different extended headers, at byte \(position); pack it again")
  }

  static func headerWarning(_ archive: PathName, at position: Int64, _ words: String) -> TargetError {
    unsupported(archive, "the header at byte \(position) is not sound (\(words)); pack it again")
  }

  static func onlyTarInPlace(_ archive: PathName, _ format: String) -> TargetError {
    unsupported(
      archive, "only tar is rewritten in place, and this is \(format); write a migrated copy with --output NAME.tar.zst"
    )
  }

  static func entryNotReadable(_ archive: PathName, _ member: PathName, _ words: String) -> TargetError {
    unsupported(archive, "“\(member)” cannot be read (\(words)); if it is encrypted, pack it again without")
  }

  static func encrypted(_ archive: PathName, _ words: String) -> TargetError {
    unsupported(archive, "it is encrypted (\(words)); pack it again without")
  }

  static func contentWithLastName(_ archive: PathName, _ member: PathName) -> TargetError {
    unsupported(
      archive,
      "“\(member)” is one of several names of a file, and a new cpio has its content with the last; pack it again as a tar"
    )
  }

  static func entryNotWritable(_ archive: PathName, _ member: PathName, _ words: String) -> TargetError {
    unsupported(archive, "“\(member)” has no place in a new archive (\(words))")
  }

  static func foreignElement(_ archive: PathName) -> TargetError {
    unsupported(archive, "what it is to hold comes from a container of another kind")
  }

  private static func unsupported(_ archive: PathName, _ found: String) -> TargetError {
    TargetError(
      code: .archiveUnsupported, message: "“\(archive)” is left as it is: \(found).")
  }

  // MARK: limits

  static func tooManyExtensions(_ archive: PathName, at position: Int64) -> TargetError {
    limit(archive, "one member has more extended headers than any tar program writes, at byte \(position)")
  }

  static func extensionTooLarge(_ archive: PathName, at position: Int64) -> TargetError {
    limit(archive, "an extended header is larger than 1 MiB, at byte \(position)")
  }

  static func limitExceeded(_ excess: ArchiveMeasure.Excess, _ archive: PathName) -> TargetError {
    switch excess {
    case .expandedSize(let maximum):
      limit(
        archive,
        "it expands to more than \(maximum) bytes, which is beyond --max-expanded-size or --max-expansion-ratio; raise them "
          + "if it is to be trusted")
    case .entries(let maximum):
      limit(archive, "it has more than \(maximum) entries; raise --max-entries if it is to be trusted")
    case .pathLength(let length, let maximum):
      limit(archive, "the path of an entry has \(length) bytes, more than the \(maximum) allowed")
    }
  }

  private static func limit(_ archive: PathName, _ found: String) -> TargetError {
    TargetError(code: .limitExceeded, message: "“\(archive)” is left as it is: \(found).")
  }

  static func noMemory(_ archive: PathName) -> TargetError {
    TargetError(code: .limitExceeded, message: "“\(archive)” cannot be read: the system is out of memory.")
  }

  // MARK: files

  static func readFailed(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    error.targetError(.reading, about: archive)
  }

  static func writeFailed(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    error.targetError(.writing, about: archive)
  }

  static func compressionFailed(_ archive: PathName, _ words: String) -> TargetError {
    TargetError(code: .writeFailed, message: "“\(archive)” cannot be written (\(words)).")
  }

  static func changedDuringRun(_ archive: PathName) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message:
        "“\(archive)” was changed by another program during the run, and is left as that program made it. Run again.")
  }

  static func busy(_ archive: PathName, process: Int?) -> TargetError {
    let holder = process.map { "process \($0)" } ?? "another run"
    return TargetError(
      code: .targetBusy,
      message: "\(holder) is changing “\(archive)”; run again when it is done, or give --wait SECONDS")
  }

  static let stopped = TargetError(
    code: .interrupted, message: "the run was stopped by a signal; run again to do the rest")

  static func notFlushed(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message:
        "“\(archive)” was replaced, but its folder could not be flushed, so that a power failure now may bring the "
        + "old form back: \(error.message(.writing, about: archive))")
  }

  static func unsettled(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    TargetError(
      code: error.code(.writing),
      message:
        "“\(archive)” was being replaced when a call failed (\(error.message(.writing, about: archive))); old and new "
        + "form are both whole, and the next run, or uprev recover, brings it to an end")
  }

  static func originalsNotOurs(_ archive: PathName) -> TargetError {
    TargetError(
      code: .permissionDenied,
      message:
        "“\(archive)” was left alone: “.uprev-originals” beside it, where its original is to be kept, is no folder of "
        + "this user's with mode 0700; move it away, or give --no-state to do without undo")
  }

  static func originalNotKept(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    if error.kind == .stale { return changedDuringRun(archive) }
    return TargetError(
      code: error.code(.writing),
      message: "“\(archive)” was left alone, because its original cannot be kept beside it for undo "
        + "(\(error.message(.writing, about: archive))); see to that, or give --no-state to do without undo")
  }

  static func notJournaled(_ error: JournalError, _ archive: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "“\(archive)” was left alone, because its change cannot be written down: \(error.message); give --state "
        + "another folder, or --no-state to do without undo")
  }

  static func openForWriting(_ archive: PathName) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message: "“\(archive)” is open for writing in another program, and was left alone. Run again when that is done.")
  }

  static func exists(_ output: PathName) -> TargetError {
    TargetError(
      code: .writeFailed, message: "“\(output)” exists already; remove it or choose another name. Nothing was written.")
  }

  static func bodySizeDiffers(_ archive: PathName) -> TargetError {
    TargetError(
      code: .writeFailed, message: "“\(archive)” was not written: a member's body is not as long as its header says.")
  }

  static func fileChanged(_ archive: PathName, _ file: PathName) -> TargetError {
    TargetError(
      code: .changedDuringRun,
      message: "“\(archive)” was not written: “\(file)” changed its size while it was copied. Run again.")
  }

  static func insideTarget(_ output: PathName) -> TargetError {
    TargetError(
      code: .writeFailed, message: "“\(output)” lies inside the target; choose a place outside. Nothing was written.")
  }

  static func noArchiveName(_ output: PathName) -> TargetError {
    TargetError(
      code: .writeFailed,
      message:
        "“\(output)” does not end in .tar, .tar.gz, .tar.zst, .tar.xz, .tar.bz2 or .tar.lz4, so no archive is written.")
  }

  static func verificationFailed(_ archive: PathName, _ found: String) -> TargetError {
    TargetError(
      code: .writeFailed,
      message: "the new form of “\(archive)” did not read back as it was written (\(found)), so the old one was kept.")
  }

  static func attributesNotKept(_ error: FileSystemError, _ archive: PathName) -> TargetError {
    TargetError(
      code: error.code(.writing),
      message: "“\(archive)” was left alone, because its owner, mode or attributes cannot be given to its new form "
        + "(\(error.message(.writing, about: archive))). Run as its owner, or write a copy with --output.")
  }

  // MARK: documents

  static func tooLarge(size: Int64, maximum: Int) -> DocumentError {
    DocumentError(
      ReportError(
        code: .tooLarge,
        message: "it has \(size) bytes, more than the \(maximum) allowed; raise --max-document-size"))
  }

  static func sizeHasNoPlace(size: Int) -> DocumentError {
    DocumentError(
      ReportError(
        code: .archiveUnsupported, message: "its new size, \(size), has no place in its header; pack the archive again")
    )
  }

  // MARK: warnings

  static func hardLinked(_ archive: PathName) -> WarningRecord {
    WarningRecord(
      code: .hardLinked, message: "“\(archive)” has other names too, which still lead to its old form", path: archive)
  }

  static func unprotected(_ archive: PathName) -> WarningRecord {
    WarningRecord(
      code: .unprotectedReplace,
      message: "it could not be seen whether another program was saving it at that moment; such a save may be lost",
      path: archive)
  }

  static func kept(_ name: PathName, besides archive: PathName) -> WarningRecord {
    WarningRecord(
      code: .fileKept,
      message: "another program's file, caught while it was replaced, is kept beside it as “\(name)”; look at both",
      path: archive)
  }

  static func checksumStale(_ archive: PathName, _ name: PathName) -> WarningRecord {
    WarningRecord(
      code: .checksumStale,
      message: "“\(name)” beside it looks like its checksum or signature, which holds no more; make it anew",
      path: archive)
  }

  static func originalNotKept(_ archive: PathName) -> WarningRecord {
    WarningRecord(
      code: .notJournaled,
      message: "“\(archive)” was replaced and cannot be undone: --keep-originals 0 keeps no original", path: nil)
  }

  static func notJournaled(_ archive: PathName, _ error: JournalError) -> WarningRecord {
    WarningRecord(
      code: .notJournaled,
      message:
        "it was not replaced, and that could not be written down: \(error.message); its undo will find nothing to do",
      path: archive)
  }

  static func originalsNotExpired(_ archive: PathName, _ words: String) -> WarningRecord {
    WarningRecord(
      code: .notCleanedUp, message: "old originals beside it were not removed: \(words)", path: archive)
  }

  static func notCleanedUp(_ error: TargetError, _ archive: PathName) -> WarningRecord {
    WarningRecord(code: .notCleanedUp, message: "a temporary was left behind: \(error.report.message)", path: archive)
  }

  static func notCopied(_ archive: PathName, _ member: PathName, _ words: String) -> WarningRecord {
    WarningRecord(code: .notCopied, message: "“\(member)” was left out: \(words)", path: archive)
  }
}
