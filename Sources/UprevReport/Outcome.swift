/// What became of one document. The list is closed: every document of a run has exactly one outcome.
public enum Outcome: String, CaseIterable, Sendable {
  /// Its text was brought to the version asked for.
  case migrated
  /// Already at the version asked for; untouched.
  case current
  /// Its version is above the format's current one; untouched, a warning.
  case newer
  /// Something is wrong with it; untouched, with an error code.
  case rejected
  /// No format claims it; untouched.
  case unmatched
  /// Not a regular file, excluded, or gone before it was read.
  case skipped

  /// Among all of them, from 0.
  var place: Int {
    switch self {
    case .migrated: 0
    case .current: 1
    case .newer: 2
    case .rejected: 3
    case .unmatched: 4
    case .skipped: 5
    }
  }
}
