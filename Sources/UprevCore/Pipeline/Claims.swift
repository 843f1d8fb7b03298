import UprevReport

/// What becomes of a path before anything is opened.
public enum Claim: Hashable, Sendable {
  /// The first format whose globs match, as an index into the run's formats.
  case format(Int)
  case unmatched
  case excluded
}

/// Which format claims a path: the formats' globs in order, and the globs that exclude.
public struct Claims: Sendable {
  private let formats: [[Glob]]
  private let excluded: [Glob]
  private let leftAlone: Set<Int>

  /// - Parameters:
  ///   - formats: each format's globs, in the order of the run's formats.
  ///   - leftAlone: formats whose documents are excluded, whatever else would claim them.
  public init(formats: [[Glob]], excluded: [Glob], leftAlone: Set<Int> = []) {
    self.formats = formats
    self.excluded = excluded
    self.leftAlone = leftAlone
  }

  /// - Parameter path: relative to the target, without `./` in front. Absolute paths and paths with a `..` component match
  ///   nothing. `NAME.uprev-kept-RUN-n` is excluded: another program's file, kept for whoever decides about it.
  public func claim(_ path: PathName) -> Claim {
    if OwnName.isKept(path.bytes[...]) { return .excluded }
    if excluded.contains(where: { $0.matches(path.bytes) }) { return .excluded }
    for (index, globs) in formats.enumerated() where globs.contains(where: { $0.matches(path.bytes) }) {
      return leftAlone.contains(index) ? .excluded : .format(index)
    }
    return .unmatched
  }
}
