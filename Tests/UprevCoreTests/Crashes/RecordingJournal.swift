import Foundation
import UprevCore
import UprevReport

/// A journal that only notes what was recorded: what it has noted was durable when the call returned.
// @unchecked: `noted` is guarded by `lock`.
final class RecordingJournal: TargetJournal, @unchecked Sendable {
  private let lock = NSLock()
  private var noted: Set<String> = []

  /// Paths inside the target that were recorded, and not withdrawn.
  var recorded: Set<String> { lock.withLock { noted } }

  func record(_ changes: [JournalChange]) {
    lock.withLock { for change in changes { noted.insert(change.path.description) } }
  }

  func withdraw(_ paths: [PathName]) {
    lock.withLock { for path in paths { noted.remove(path.description) } }
  }

  func withdrawAll() { lock.withLock { noted = [] } }
  func record(_ original: JournalOriginal) {}
  func withdrawOriginal() {}
  func finish(_ record: TargetRecord) {}
}
