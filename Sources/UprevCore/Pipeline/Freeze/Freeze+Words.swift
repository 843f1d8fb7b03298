import UprevReport

// Every English sentence about locks and what is frozen, and only here.

extension LockFile {
  static let heading = [
    "What has shipped of this pipeline. `uprev pipeline freeze` writes this file and adds to it; `uprev pipeline lint` says",
    "what of it has changed since. It is not to be edited.",
  ]
}

extension LockFileError {
  static let notALock = "this is no lock"
  static let incomplete = "something is missing in this item"
  static func unknownKey(_ name: String) -> String { "`\(name)` is nothing that a lock has" }
  static func twice(_ name: String) -> String { "`\(name)` stands here twice" }
  static func noVersion(_ key: String) -> String { "a lock has a number as `\(key)`" }
  static func notADigest(_ text: String) -> String { "`\(text)` is no digest that this release knows" }

  /// One sentence, remedy included, without the place.
  public var message: String {
    switch problem {
    case .failed(let error): "the lock cannot be read: \(error.message(.reading))"
    case .notRegular: "the lock is no regular file; remove what is there"
    case .tooLarge: "the lock has more than \(LockFile.maximumSize) bytes; restore it from version control"
    case .damaged(let words):
      "the lock is damaged, so that nobody can tell what has changed: \(words); restore it from version control, or after a "
        + "merge take one side of it and run `uprev pipeline freeze` again"
    case .otherVersion(let words):
      "the lock says `\(words)`, which this release does not know; use the release that wrote it"
    }
  }
}

extension PartDifference {
  /// `/steps/0/convert/multiply` was `1024`, is `1000`
  var words: String {
    let place = pointer.isEmpty ? "it" : "`\(pointer)`"
    switch (Self.shown(then), Self.shown(now)) {
    case (.nothing, .nothing): return "\(place) has changed"
    case (.nothing, .text(let now)): return "\(place) is new: `\(now)`"
    case (.nothing, .digest): return "\(place) is new"
    case (.text(let then), .nothing): return "\(place) was `\(then)`, and is gone or much longer"
    case (.digest, .nothing): return "\(place) is gone or much shorter"
    case (.text(let then), .text(let now)): return "\(place) was `\(then)`, is `\(now)`"
    case (.text(let then), .digest): return "\(place) was `\(then)`"
    case (.digest, .text(let now)): return "\(place) is `\(now)`"
    case (.digest, .digest): return "\(place) has changed"
    }
  }

  private enum Shown {
    case nothing
    case text(String)
    case digest
  }

  private static func shown(_ text: String?) -> Shown {
    guard let text else { return .nothing }
    return text.hasPrefix("\(CanonicalForm.algorithm):") ? .digest : .text(text)
  }
}

extension FrozenSubject {
  /// `the migration from 1 to 2 of `settings``
  var words: String {
    let texts = texts
    func text(_ index: Int) -> String { texts.indices.contains(index) ? texts[index] : "" }
    return switch kind {
    case .migration: "the migration from \(text(1)) to \(text(2)) of `\(text(0))`"
    case .schema: "the schema of version \(text(1)) of `\(text(0))`"
    case .fixture: "the fixture `\(text(1))` of version \(text(2)) of `\(text(0))`"
    case .file: "the file `\(text(0))`, to which schemas refer,"
    }
  }

  var format: String? { kind == .file ? nil : texts.first }
}

extension FindingRecord {
  /// Differences that are told of one item.
  private static let toldDifferences = 4

  static func lockDamaged(_ error: LockFileError) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.lockDamaged.rawValue, format: nil, file: error.path, line: error.line,
      message: error.message)
  }

  static func frozenChanged(_ change: LockComparison.Change) -> FindingRecord {
    let differences = PartDifference.all(then: change.then, now: change.now.item)
    var what = differences.prefix(toldDifferences).map(\.words).joined(separator: "; ")
    if differences.count > toldDifferences { what += "; and \(differences.count - toldDifferences) more" }
    if what.isEmpty { what = "where cannot be told" }
    let subject = change.now.item.subject
    let remedy =
      subject.kind == .migration
      ? "add a migration to a new version instead" : "make the change in a new version instead"
    return FindingRecord(
      severity: .error, rule: LintRuleName.frozenChanged.rawValue, format: subject.format, file: change.now.file,
      line: change.now.mark?.line, column: change.now.mark?.column,
      // Into a JSON file; a pipeline file is none.
      pointer: change.now.mark == nil ? differences.first?.pointer : nil,
      message:
        "\(subject.words) has shipped and has changed: \(what); put it back and \(remedy), or if nobody has used it yet, "
        + "`uprev pipeline freeze --accept \(subject.name)`")
  }

  static func frozenMissing(_ item: FrozenItem, _ lock: PathName, line: Int?) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.frozenMissing.rawValue, format: item.subject.format, file: lock, line: line,
      message: "\(item.subject.words) has shipped and is not there any more; put it back, or if nobody has used it, "
        + "`uprev pipeline freeze --accept \(item.subject.name)`")
  }

  /// - Parameter count: of the fixtures of one format that are new; the entry is the first of them.
  static func notFrozen(_ entry: PipelineContent.Entry, count: Int) -> FindingRecord {
    let subject = entry.item.subject
    let what =
      count == 1
      ? "\(subject.words) is not frozen yet" : "\(count) fixtures of `\(subject.texts[0])` are not frozen yet"
    return FindingRecord(
      severity: .note, rule: LintRuleName.notFrozen.rawValue, format: subject.format, file: entry.file,
      line: entry.mark?.line, column: entry.mark?.column,
      message: "\(what); `uprev pipeline freeze` freezes what ships")
  }

  static func frozenUnreadable(_ item: FrozenItem, _ file: PathName) -> FindingRecord {
    FindingRecord(
      severity: .error, rule: LintRuleName.frozenChanged.rawValue, format: item.subject.format, file: file,
      message: "\(item.subject.words) has shipped and cannot be read as JSON any more; put it back")
  }
}
