/// How many documents the next batch of replacements holds at most.
///
/// Batches grow twofold from 256, so that a small tree is committed while it is staged too. From 1,024 on they grow with what was
/// staged before them: the last batches of a run have nothing more to overlap with, and are to be a small part of it.
struct BatchGrowth: Sendable {
  private static let first = 256
  private static let steady = 1024

  /// At least 1.
  private let maximum: Int
  /// Documents in the batches before.
  private var before = 0
  /// At least 1.
  private(set) var limit: Int

  /// - Parameter maximum: documents that no batch exceeds; less than 1 is taken as 1.
  init(maximum: Int) {
    self.maximum = max(maximum, 1)
    limit = min(self.maximum, Self.first)
  }

  /// A batch is complete, and the next one begins.
  mutating func didEnd(_ count: Int) {
    before += count
    limit = min(maximum, max(min(2 * limit, Self.steady), before / 8))
  }
}
