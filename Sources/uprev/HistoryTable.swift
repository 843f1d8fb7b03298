import UprevCore
import UprevReport

/// Past runs for people. Everything that a run or a file name brings in is escaped.
enum HistoryTable {
  /// A table, the last run first.
  static func lines(_ runs: [JournaledRun]) -> [String] {
    var table = TextTable(header: ["run", "command", "started", "status", "changes", "targets"])
    for run in runs {
      let changes = run.targets.reduce(0) { $0 + $1.changeCount }
      let names = run.targets.prefix(maximumTargets).map { Terminal.printable($0.target.path) }
      let more = run.targets.count > maximumTargets ? ["…"] : []
      table.append([
        Terminal.printable(run.id), Terminal.printable(run.command), run.startedAt.rfc3339, status(run), "\(changes)",
        (names + more).joined(separator: " "),
      ])
    }
    return table.lines
  }

  private static let maximumTargets = 3

  static func heading(_ run: JournaledRun) -> [String] {
    var lines = [
      "run       \(Terminal.printable(run.id))",
      "command   \(Terminal.printable(run.command))",
      "started   \(run.startedAt.rfc3339)",
      "finished  \(run.finishedAt?.rfc3339 ?? "-")",
      "status    \(status(run))",
    ]
    if let undoes = run.undoes { lines.append("undoes    \(Terminal.printable(undoes))") }
    return lines
  }

  static func heading(_ target: JournaledTarget) -> String {
    let path = Terminal.printable(target.target.resolvedPath)
    let committed = target.committed == false ? ", not committed" : ""
    return "\(path) (\(target.target.kind.rawValue), \(target.changeCount) changed\(committed)):"
  }

  /// Two lines: what was changed, and its hashes.
  static func lines(_ change: HistoryChange) -> [String] {
    let path = change.path.bytes.isEmpty ? Words.wholeArchive : Terminal.printable(change.path)
    let versions = [change.from, change.to].contains(nil) ? "" : "v\(text(change.from)) → v\(text(change.to)), "
    let format = change.format.map { ", \(Terminal.printable($0))" } ?? ""
    var lines = [
      "  \(path): \(versions)\(change.bytesBefore) → \(change.bytesAfter) bytes\(format)",
      "    \(hexadecimal(change.sha256Before)) → \(hexadecimal(change.sha256After))",
    ]
    if let kept = change.keptPath { lines.append("    original: \(Terminal.printable(kept))") }
    return lines
  }

  private static func status(_ run: JournaledRun) -> String { run.status?.rawValue ?? Words.unfinished }

  private static func text(_ version: String?) -> String { Terminal.printable(version ?? "") }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined()
  }
}

extension HistoryRun {
  init(_ run: JournaledRun) {
    self.init(
      runID: run.id, command: run.command, startedAt: run.startedAt, finishedAt: run.finishedAt, status: run.status,
      undoes: run.undoes,
      targets: run.targets.map {
        HistoryTarget(
          path: $0.target.path, resolvedPath: $0.target.resolvedPath, kind: $0.target.kind, committed: $0.committed,
          changes: $0.changeCount)
      }, summary: run.summary)
  }
}

extension HistoryChange {
  init(_ change: JournalChange) {
    self.init(
      path: change.path, format: change.format, from: change.from, to: change.to, bytesBefore: change.before.size,
      bytesAfter: change.after.size, sha256Before: change.before.sha256, sha256After: change.after.sha256,
      keptPath: nil)
  }

  init(_ original: JournalOriginal) {
    self.init(
      path: PathName(""), format: nil, from: nil, to: nil, bytesBefore: original.before.size,
      bytesAfter: original.after.size, sha256Before: original.before.sha256, sha256After: original.after.sha256,
      keptPath: original.keptPath)
  }
}
