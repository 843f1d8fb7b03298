/// Why a document was rejected, or why a target or a run failed. The list is closed and documented in `docs/report.md`.
public enum ErrorCode: String, CaseIterable, Sendable {
  case invalidJSON = "invalid-json"
  case invalidVersion = "invalid-version"
  case unknownVersion = "unknown-version"
  case noMigrationPath = "no-migration-path"
  case stepFailed = "step-failed"
  case schemaViolation = "schema-violation"
  case duplicateKey = "duplicate-key"
  case tooLarge = "too-large"
  case tooDeep = "too-deep"
  case notUTF8 = "not-utf8"
  case changedDuringRun = "changed-during-run"
  case readFailed = "read-failed"
  case writeFailed = "write-failed"
  case permissionDenied = "permission-denied"
  case archiveDamaged = "archive-damaged"
  case archiveUnsupported = "archive-unsupported"
  case limitExceeded = "limit-exceeded"
  /// The run was stopped by a signal; only a target or a run carries it, never a document.
  case interrupted
  /// What a migration gathers over all documents could not be had; only a target carries it.
  case gatherFailed = "gather-failed"
  /// What a program answered for all documents has no value for this one.
  case notGathered = "not-gathered"
  /// A pipeline runs programs, and the run does not allow that.
  case execNotAllowed = "exec-not-allowed"
  /// Another run holds the target; only a target carries it.
  case targetBusy = "target-busy"
  /// A plan is damaged, of a newer version, or was made with other rules; only a run carries it.
  case planRefused = "plan-refused"
  /// A document is not what it was when the plan was made.
  case changedSincePlan = "changed-since-plan"
  /// A document is what it was, and comes to another result than the plan has.
  case differsFromPlan = "differs-from-plan"
}

/// What a run noticed without failing. The list is closed and documented in `docs/report.md`.
public enum WarningCode: String, CaseIterable, Sendable {
  /// A document's version is above its format's current one.
  case newerVersion = "newer-version"
  /// A source document does not satisfy the schema of its own version, and the pipeline says `before: warn`.
  case schemaViolationBefore = "schema-violation-before"
  /// A result does not satisfy the schema of its version, and the pipeline says `after: warn`.
  case schemaViolationAfter = "schema-violation-after"
  /// A version has no schema, so that its documents were not validated; one warning for all of them.
  case noSchema = "no-schema"
  /// A document has several names; only the one that was reached is migrated.
  case hardLinked = "hard-linked"
  /// An attribute of a copied file could not be kept.
  case attributeNotKept = "attribute-not-kept"
  /// A member or file of the source has no place in the output, and was left out.
  case notCopied = "not-copied"
  /// Something of this run could not be cleaned up.
  case notCleanedUp = "not-cleaned-up"
  /// Another program's file was caught while a document was replaced; it is kept under another name.
  case fileKept = "file-kept"
  /// A document was replaced where names cannot be exchanged, or writers cannot be seen: a save in that moment may be lost.
  case unprotectedReplace = "unprotected-replace"
  /// What an interrupted run had left was brought to an end.
  case recovered
  /// What an interrupted run left could not be brought to an end.
  case notRecovered = "not-recovered"
  /// A damaged state database was set aside, and a new one begun.
  case stateSetAside = "state-set-aside"
  /// A change cannot be undone.
  case notJournaled = "not-journaled"
  /// Undo: an attribute was changed since, and stays as it is.
  case attributeChangedSince = "attribute-changed-since"
  /// A target is not the folder that the run to be undone changed, or that the plan was made for, by device and inode.
  case targetMoved = "target-moved"
  /// A file beside an archive looks like its checksum or signature, which holds no more.
  case checksumStale = "checksum-stale"
  /// A document would be migrated and is not in the plan.
  case notPlanned = "not-planned"
  /// A document of the plan is there no more.
  case goneSincePlan = "gone-since-plan"
  /// Which documents are current could not be kept for the next run, or not be asked; it reads them.
  case filesNotRemembered = "files-not-remembered"
  /// A program of a pipeline wrote to standard error.
  case programSaid = "program-said"
  /// Statistics were used that are recorded nowhere: documents that arrive later will be migrated with others.
  case gatherNotRecorded = "gather-not-recorded"
  /// More warnings of one code than a report lists.
  case warningsOmitted = "warnings-omitted"
}
