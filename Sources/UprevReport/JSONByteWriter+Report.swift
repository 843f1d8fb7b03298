// The members of a report, in their order. Every member always stands; what there is not is `null`.

extension JSONByteWriter {
  mutating func header(_ header: ReportHeader) {
    raw("{\n  \"reportVersion\": ")
    integer(ReportWriter.reportVersion)
    raw(",\n  \"tool\": {\"name\": ")
    string(header.toolName)
    raw(", \"version\": ")
    string(header.toolVersion)
    raw("},\n  \"command\": ")
    string(header.command)
    raw(",\n  \"runId\": ")
    string(header.runID)
    raw(",\n  \"startedAt\": ")
    string(header.startedAt.rfc3339)
    raw(",\n  \"dryRun\": ")
    boolean(header.dryRun)
    raw(",\n  \"jobs\": ")
    integer(header.jobs)
    raw(",\n  \"pipelines\": [")
    for (position, pipeline) in header.pipelines.enumerated() {
      raw(position == 0 ? "\n    {\"name\": " : ",\n    {\"name\": ")
      string(pipeline.name)
      raw(", \"digest\": ")
      hexadecimal(pipeline.digest)
      raw("}")
    }
    raw(header.pipelines.isEmpty ? "],\n  \"documents\": [" : "\n  ],\n  \"documents\": [")
  }

  mutating func document(_ record: DocumentRecord) {
    raw("{\"target\": ")
    name(record.target)
    raw(", \"path\": ")
    name(record.path)
    raw(", \"format\": ")
    string(record.format)
    raw(", \"outcome\": ")
    string(record.outcome.rawValue)
    raw(", \"from\": ")
    version(record.from)
    raw(", \"to\": ")
    version(record.to)
    raw(", \"migrations\": [")
    for (position, migration) in record.migrations.enumerated() {
      raw(position == 0 ? "{\"from\": " : ", {\"from\": ")
      version(migration.from)
      raw(", \"to\": ")
      version(migration.to)
      raw("}")
    }
    raw("], \"bytesBefore\": ")
    integer(record.bytesBefore)
    raw(", \"bytesAfter\": ")
    integer(record.bytesAfter)
    raw(", \"sha256Before\": ")
    hexadecimal(record.sha256Before)
    raw(", \"sha256After\": ")
    hexadecimal(record.sha256After)
    raw(", \"error\": ")
    documentError(record.error)
    raw("}")
  }

  private mutating func documentError(_ error: ReportError?) {
    guard let error else { return null() }
    raw("{\"code\": ")
    string(error.code.rawValue)
    raw(", \"message\": ")
    string(error.message)
    raw(", \"pointer\": ")
    string(error.pointer)
    raw(", \"line\": ")
    integer(error.line)
    raw(", \"column\": ")
    integer(error.column)
    raw(", \"hint\": ")
    string(error.hint)
    raw("}")
  }

  /// The error of a target or a run, which has no place in a text.
  private mutating func wholeError(_ error: ReportError?) {
    guard let error else { return null() }
    raw("{\"code\": ")
    string(error.code.rawValue)
    raw(", \"message\": ")
    string(error.message)
    raw("}")
  }

  /// - Throws: what the sink throws.
  mutating func tail(_ tail: ReportTail) throws {
    raw("  \"targets\": [")
    for (position, record) in tail.targets.enumerated() {
      raw(position == 0 ? "\n    " : ",\n    ")
      target(record)
      try flushIfFull()
    }
    raw(tail.targets.isEmpty ? "],\n  \"summary\": " : "\n  ],\n  \"summary\": ")
    summary(tail.summary)
    try flushIfFull()
    raw(",\n  \"stages\": {")
    for (position, stage) in Stage.allCases.enumerated() {
      raw(position == 0 ? "" : ", ")
      string(stage.rawValue)
      raw(": {\"items\": ")
      integer(tail.stages[stage].items)
      raw(", \"seconds\": ")
      seconds(tail.stages[stage].seconds)
      raw("}")
    }
    raw("},\n  \"warnings\": [")
    let warnings = tail.warnings.records
    for (position, record) in warnings.enumerated() {
      raw(position == 0 ? "\n    " : ",\n    ")
      warning(record)
      try flushIfFull()
    }
    raw(warnings.isEmpty ? "],\n  \"error\": " : "\n  ],\n  \"error\": ")
    wholeError(tail.error)
    raw(",\n  \"status\": ")
    string(tail.status.rawValue)
    raw(",\n  \"finishedAt\": ")
    string(tail.finishedAt.rfc3339)
    raw("\n}\n")
  }

  private mutating func target(_ record: TargetRecord) {
    raw("{\"path\": ")
    name(record.path)
    raw(", \"kind\": ")
    string(record.kind?.rawValue)
    raw(", \"archiveFormat\": ")
    string(record.archiveFormat)
    raw(", \"filters\": [")
    for (position, filter) in record.filters.enumerated() {
      raw(position == 0 ? "" : ", ")
      string(filter)
    }
    raw("], \"committed\": ")
    boolean(record.committed)
    raw(", \"gathered\": ")
    gathered(record.gathered)
    raw(", \"error\": ")
    wholeError(record.error)
    raw("}")
  }

  mutating func summary(_ summary: Summary) {
    raw("{\"documents\": ")
    integer(summary.documents)
    raw(", ")
    outcomes(summary.outcomes)
    raw(", \"bytesRead\": ")
    integer(summary.bytesRead)
    raw(", \"bytesWritten\": ")
    integer(summary.bytesWritten)
    raw(", \"byFormat\": {")
    for (position, format) in summary.orderedFormats.enumerated() {
      raw(position == 0 ? "" : ", ")
      string(format.name)
      raw(": {\"from\": {")
      for (position, version) in format.counts.orderedFrom.enumerated() {
        raw(position == 0 ? "" : ", ")
        string(version.version)
        raw(": ")
        integer(version.count)
      }
      raw("}, \"outcomes\": {")
      outcomes(format.counts.outcomes)
      raw("}}")
    }
    raw("}}")
  }

  private mutating func outcomes(_ counts: OutcomeCounts) {
    for (position, outcome) in Outcome.allCases.enumerated() {
      raw(position == 0 ? "" : ", ")
      string(outcome.rawValue)
      raw(": ")
      integer(counts[outcome])
    }
  }

  private mutating func warning(_ record: WarningRecord) {
    raw("{\"code\": ")
    string(record.code.rawValue)
    raw(", \"message\": ")
    string(record.message)
    raw(", \"path\": ")
    name(record.path)
    raw("}")
  }
}
