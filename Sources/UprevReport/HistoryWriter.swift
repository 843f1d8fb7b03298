/// Streams what `history` knows as JSON, a run, a target or a change a line, with a newline at the end. `docs/state.md`
/// explains every member.
public final class HistoryWriter {
  private var output: JSONByteWriter
  private var count = 0

  /// - Parameter sink: takes the text piece by piece, in order.
  public init(sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    output = JSONByteWriter(sink: sink)
  }

  /// The array of all runs.
  /// - Throws: what the sink throws.
  public func write(_ runs: [HistoryRun]) throws {
    output.raw("[")
    for run in runs {
      separate("\n  ", ",\n  ")
      output.raw("{")
      members(of: run)
      output.raw(", \"targets\": [")
      for (position, target) in run.targets.enumerated() {
        if position > 0 { output.raw(", ") }
        output.raw("{")
        members(of: target)
        output.raw("}")
      }
      output.raw("]}")
      try output.flushIfFull()
    }
    output.raw(runs.isEmpty ? "]\n" : "\n]\n")
    try output.flush()
  }

  /// One run with everything that it changed.
  ///
  /// - Parameter forEachChange: calls back with the changes of the target whose position it is given.
  /// - Throws: what the sink and `forEachChange` throw.
  public func write(_ run: HistoryRun, forEachChange: (Int, (HistoryChange) throws -> Void) throws -> Void) throws {
    output.raw("{")
    members(of: run)
    output.raw(", \"targets\": [")
    for (position, target) in run.targets.enumerated() {
      output.raw(position == 0 ? "\n  {" : ",\n  {")
      members(of: target)
      output.raw(", \"documents\": [")
      count = 0
      try forEachChange(position) { change in
        separate("\n    ", ",\n    ")
        write(change)
        try output.flushIfFull()
      }
      output.raw(count == 0 ? "]}" : "\n  ]}")
    }
    output.raw(run.targets.isEmpty ? "]}\n" : "\n]}\n")
    try output.flush()
  }

  private func separate(_ first: StaticString, _ other: StaticString) {
    output.raw(count == 0 ? first : other)
    count += 1
  }

  private func members(of run: HistoryRun) {
    output.raw("\"runId\": ")
    output.string(run.runID)
    output.raw(", \"command\": ")
    output.string(run.command)
    output.raw(", \"startedAt\": ")
    output.string(run.startedAt.rfc3339)
    output.raw(", \"finishedAt\": ")
    output.string(run.finishedAt?.rfc3339)
    output.raw(", \"status\": ")
    output.string(run.status?.rawValue)
    output.raw(", \"undoes\": ")
    output.string(run.undoes)
    output.raw(", \"summary\": ")
    if let summary = run.summary { output.json(summary) } else { output.null() }
  }

  private func members(of target: HistoryTarget) {
    output.raw("\"path\": ")
    output.name(target.path)
    output.raw(", \"resolvedPath\": ")
    output.name(target.resolvedPath)
    output.raw(", \"kind\": ")
    output.string(target.kind.rawValue)
    output.raw(", \"committed\": ")
    if let committed = target.committed { output.boolean(committed) } else { output.null() }
    output.raw(", \"changes\": ")
    output.integer(target.changes)
  }

  private func write(_ change: HistoryChange) {
    output.raw("{\"path\": ")
    output.name(change.path)
    output.raw(", \"format\": ")
    output.string(change.format)
    output.raw(", \"from\": ")
    output.string(change.from)
    output.raw(", \"to\": ")
    output.string(change.to)
    output.raw(", \"bytesBefore\": ")
    output.integer(change.bytesBefore)
    output.raw(", \"bytesAfter\": ")
    output.integer(change.bytesAfter)
    output.raw(", \"sha256Before\": ")
    output.hexadecimal(change.sha256Before)
    output.raw(", \"sha256After\": ")
    output.hexadecimal(change.sha256After)
    output.raw(", \"keptPath\": ")
    output.name(change.keptPath)
    output.raw("}")
  }
}
