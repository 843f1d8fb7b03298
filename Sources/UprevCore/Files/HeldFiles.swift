import Synchronization

/// Counts files that are held open, so that they do not become too many. Thread-safe.
final class HeldFiles: Sendable {
  private let count = Atomic<Int>(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// - Returns: nil where one more is too many.
  func hold(_ file: OpenFile) -> HeldFile? {
    if count.add(1, ordering: .relaxed).newValue <= limit { return HeldFile(file, in: self) }
    letGo()
    return nil
  }

  fileprivate func letGo() {
    count.subtract(1, ordering: .relaxed)
  }
}

/// A file that is held open, and counted, for as long as this lives.
struct HeldFile: ~Copyable, Sendable {
  let file: OpenFile
  private let held: HeldFiles

  fileprivate init(_ file: OpenFile, in held: HeldFiles) {
    self.file = file
    self.held = held
  }

  deinit { held.letGo() }
}
