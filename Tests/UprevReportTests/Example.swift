import UprevReport

/// The run that `docs/report.md` shows: a tree with one document of each outcome that is listed, and a damaged archive.
enum Example {
  static let header = ReportHeader(
    toolVersion: "0.1.0", command: "migrate", runID: "20261125T005638Z-7f3a9c",
    startedAt: Timestamp(seconds: 1_795_568_198, nanoseconds: 250_000_000),
    dryRun: false, jobs: 2,
    pipelines: [PipelineRecord(name: "amorsize", digest: [UInt8](repeating: 0x5A, count: 32))])

  static let migrated = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/ml_training_00aa_1.json"), format: "ml-training-data",
    outcome: .migrated, from: .number("1"), to: .number("2"),
    migrations: [MigrationRecord(from: .number("1"), to: .number("2"))], bytesBefore: 712, bytesAfter: 729,
    sha256Before: (0..<32).map { $0 }, sha256After: (0..<32).map { 255 - $0 })

  static let newer = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/ml_training_00bb_2.json"), format: "ml-training-data",
    outcome: .newer, from: .number("999"), bytesBefore: 731, sha256Before: [UInt8](repeating: 1, count: 32))

  static let rejected = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/ml_training_00cc_3.json"), format: "ml-training-data",
    outcome: .rejected, bytesBefore: 40, sha256Before: [UInt8](repeating: 2, count: 32),
    error: ReportError(
      code: .invalidJSON, message: "Expected a value and found '}'; the file stays as it is", line: 3, column: 14,
      hint: "A comma before '}' is not JSON"))

  static let oddName = DocumentRecord(
    target: PathName("cache"),
    path: PathName(Array("ml_training/ml_training_\u{E9}_".utf8) + [0xFF] + Array(".json".utf8)),
    format: "ml-training-data", outcome: .rejected, from: .string("two"), bytesBefore: 41,
    sha256Before: [UInt8](repeating: 3, count: 32),
    error: ReportError(
      code: .invalidVersion, message: "The version is a string, not an integer", pointer: "/version", line: 2,
      column: 14))

  static let current = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/ml_training_00dd_4.json"), format: "ml-training-data",
    outcome: .current, from: .number("2"), to: .number("2"), bytesBefore: 729,
    sha256Before: [UInt8](repeating: 4, count: 32))

  static let unmatched = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/notes.txt"), format: nil, outcome: .unmatched)

  static let skipped = DocumentRecord(
    target: PathName("cache"), path: PathName("ml_training/fifo"), format: nil, outcome: .skipped)

  static let everything = [migrated, newer, rejected, oddName, current, unmatched, skipped]
  static let listed = [migrated, newer, rejected, oddName]

  static let targets = [
    TargetRecord(
      path: PathName("cache"), kind: .tree, committed: true,
      gathered: [
        GatheredRecord(
          format: "ml-training-data", from: .number("1"), to: .number("2"), source: .gathered, documents: 1,
          statistics: [
            GatheredRecord.Statistic(
              name: "middle", statistic: "quantiles", at: "/speedup", taken: 1, absent: 0, other: 0,
              relativeError: 0.0009765625, value: "[1.5]"),
            GatheredRecord.Statistic(
              name: "group", statistic: "exec", at: nil, taken: 1, absent: 0, other: 0, value: nil),
          ])
      ]),
    TargetRecord(
      path: PathName("snapshot.tar.gz"), kind: .archive, archiveFormat: "gnutar", filters: ["gzip"],
      error: ReportError(
        code: .archiveDamaged, message: "The archive ends in the middle of a member; nothing was changed")),
  ]

  static var tail: ReportTail {
    var summary = Summary()
    everything.forEach { summary.add($0) }
    var stages = StageRecords()
    for (position, stage) in Stage.allCases.enumerated() {
      stages.add(stage, items: stage == .write ? 1 : 7 - position, seconds: Double(position + 1) * 0.00125)
    }
    var warnings = WarningList()
    warnings.add(
      WarningRecord(
        code: .newerVersion,
        message: "Version 999 is above the current version 2 of ml-training-data; the document stays as it is",
        path: newer.path))
    let conclusion = RunConclusion(summary: summary, targets: targets, error: nil, strict: false)
    return ReportTail(
      targets: targets, summary: summary, stages: stages, warnings: warnings, error: nil, status: conclusion.status,
      finishedAt: Timestamp(seconds: 1_795_568_198, nanoseconds: 371_999_999))
  }

  /// A run that was cut short before it had anything.
  static let emptyTail = ReportTail(
    targets: [], summary: Summary(), stages: StageRecords(), warnings: WarningList(),
    error: ReportError(code: .interrupted, message: "The run was stopped by SIGINT; run it again to go on"),
    status: .failed, finishedAt: Timestamp(seconds: 1_795_568_199, nanoseconds: 0))

  /// A header whose pipelines are none.
  static var bareHeader: ReportHeader {
    var bare = header
    bare.pipelines = []
    bare.dryRun = true
    return bare
  }
}
