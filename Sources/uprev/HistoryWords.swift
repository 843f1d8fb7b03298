import UprevCore
import UprevReport

/// The words about past runs.
extension Words {
  static let unfinished = "unfinished"
  static let wholeArchive = "(the archive)"
  static let noRuns = "no run has been remembered yet"
  static let noStateDirectory = "there is no state directory: set HOME or XDG_STATE_HOME, or give --state"

  static func noRun(_ id: String) -> String {
    "no run '\(Terminal.printable(id))' is remembered; uprev history lists those that are"
  }

  static func stateSize(_ bytes: Int64, at path: PathName) -> String {
    "state: \(size(bytes)) in \(Terminal.printable(path))"
  }

  static func pruned(_ pruned: Pruned, from before: Int64, to after: Int64) -> String {
    var text = "\(pruned.runs.count) \(pruned.runs.count == 1 ? "run" : "runs") forgotten"
    if !pruned.originals.isEmpty { text += ", \(pruned.originals.count) kept originals of archives removed" }
    return text + "; state: \(size(before)) before, \(size(after)) now"
  }

  static func originalNotRemoved(_ path: PathName) -> String {
    "the kept original \(Terminal.printable(path)) could not be removed; prune again, or remove it by hand"
  }

  /// `812 bytes`, `4.0 KiB`, `1.9 GiB`
  static func size(_ bytes: Int64) -> String {
    if bytes < 1024 { return "\(bytes) bytes" }
    var tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024
    for unit in ["KiB", "MiB"] {
      if tenths < 10_240 { return "\(tenths / 10).\(tenths % 10) \(unit)" }
      tenths /= 1024
    }
    return "\(tenths / 10).\(tenths % 10) GiB"
  }
}
