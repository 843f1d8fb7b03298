/// What a report says before its documents.
public struct ReportHeader: Sendable {
  public var toolName: String
  public var toolVersion: String
  /// The subcommand, for example `migrate`.
  public var command: String
  public var runID: String
  public var startedAt: Timestamp
  public var dryRun: Bool
  /// Workers.
  public var jobs: Int
  public var pipelines: [PipelineRecord]

  public init(
    toolName: String = "uprev", toolVersion: String, command: String, runID: String, startedAt: Timestamp, dryRun: Bool,
    jobs: Int, pipelines: [PipelineRecord]
  ) {
    self.toolName = toolName
    self.toolVersion = toolVersion
    self.command = command
    self.runID = runID
    self.startedAt = startedAt
    self.dryRun = dryRun
    self.jobs = jobs
    self.pipelines = pipelines
  }
}

/// A pipeline of the run.
public struct PipelineRecord: Hashable, Sendable {
  public var name: String
  /// SHA-256 over the pipeline's files, 32 bytes.
  public var digest: [UInt8]

  public init(name: String, digest: [UInt8]) {
    self.name = name
    self.digest = digest
  }
}

/// What a report says after its documents.
public struct ReportTail: Sendable {
  /// In the order of the command line.
  public var targets: [TargetRecord]
  public var summary: Summary
  public var stages: StageRecords
  public var warnings: WarningList
  /// What ended the run as a whole.
  public var error: ReportError?
  public var status: RunStatus
  public var finishedAt: Timestamp

  public init(
    targets: [TargetRecord], summary: Summary, stages: StageRecords, warnings: WarningList, error: ReportError?,
    status: RunStatus, finishedAt: Timestamp
  ) {
    self.targets = targets
    self.summary = summary
    self.stages = stages
    self.warnings = warnings
    self.error = error
    self.status = status
    self.finishedAt = finishedAt
  }
}
