import UprevReport

/// What has shipped and is not as it was. Without a lock nothing has.
struct FrozenRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    switch subject.frozen {
    case .nothing: []
    case .damaged(let error): [.lockDamaged(error)]
    case .lock(let lock, let content):
      LockComparison(content, with: lock).findings(LockFile.path(of: subject.pipeline.file), lock)
    }
  }
}

extension LockComparison {
  /// - Parameter path: of the lock.
  func findings(_ path: PathName, _ lock: LockFile) -> [FindingRecord] {
    changed.map(FindingRecord.frozenChanged) + unreadable.map(FindingRecord.frozenUnreadable)
      + missing.map { .frozenMissing($0, path, line: lock.lines[$0.subject]) } + new.map(FindingRecord.notFrozen)
  }
}
