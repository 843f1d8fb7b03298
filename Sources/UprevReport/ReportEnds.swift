/// What a report says before its documents.
public struct ReportHeader: Sendable {
  /// The program.
  public var toolName: String
  /// The program's version, as `--version` prints it.
  public var toolVersion: String
  /// The subcommand, for example `migrate`.
  public var command: String
  /// The run's id.
  public var runID: String
  /// When the run began.
  public var startedAt: Timestamp
  /// Whether nothing was to be written.
  public var dryRun: Bool
  /// Workers.
  public var jobs: Int
  /// In the order of the command line.
  public var pipelines: [PipelineRecord]

  /// What is known when a run begins.
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
  /// The pipeline's name.
  public var name: String
  /// SHA-256 over the pipeline's files, 32 bytes.
  public var digest: [UInt8]

  /// A name and a digest.
  public init(name: String, digest: [UInt8]) {
    self.name = name
    self.digest = digest
  }
}

/// What a report says after its documents.
public struct ReportTail: Sendable {
  /// In the order of the command line.
  public var targets: [TargetRecord]
  /// The counts of all documents, listed or not.
  public var summary: Summary
  /// What each stage did.
  public var stages: StageRecords
  /// What was noticed without failing.
  public var warnings: WarningList
  /// What ended the run as a whole.
  public var error: ReportError?
  /// As ``RunConclusion`` has it.
  public var status: RunStatus
  /// When the run ended.
  public var finishedAt: Timestamp

  /// What is known when a run ends.
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
