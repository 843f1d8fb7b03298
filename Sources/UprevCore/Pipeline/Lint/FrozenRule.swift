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
      + missing.map { .frozenMissing($0, path, line: lock.lines[$0.subject]) } + notes
  }

  /// One for each thing that is new, but for the fixtures of a format, of which there may be many, one together.
  private var notes: [FindingRecord] {
    var counts: [PathName?: Int] = [:]
    for entry in new where entry.item.subject.kind == .fixture {
      counts[entry.item.subject.values.first, default: 0] += 1
    }
    return new.compactMap { entry in
      guard entry.item.subject.kind == .fixture else { return .notFrozen(entry, count: 1) }
      return counts.removeValue(forKey: entry.item.subject.values.first).map { .notFrozen(entry, count: $0) }
    }
  }
}
