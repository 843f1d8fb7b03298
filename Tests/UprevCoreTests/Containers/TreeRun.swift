import LosslessJSON
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// What a tree's reader and writer did, end to end, with a stand-in for the pure middle: a text that begins with `old`
/// becomes the same with `NEW`, one that begins with `bad` is rejected, others are current.
struct TreeRun {
  /// As a run's id is made.
  static let runID = "20260131T235959Z-9f86d081"

  var decisions: [Decision] = []
  var warnings: [WarningRecord] = []
  var error: (any Error)?
  var finished = false

  /// Every decision as `outcome path`, or `outcome(code) path`.
  var lines: [String] {
    decisions.map { decision in
      let code = decision.error.map { "(\($0.code.rawValue))" } ?? ""
      return "\(decision.outcome.rawValue)\(code) \(decision.reference.path)"
    }
  }

  var errorCode: ErrorCode? { (error as? TargetError)?.code }

  static func decide(_ document: Document) -> Decision {
    let text = document.text.description
    if text.hasPrefix("old") {
      var decision = Decision(reference: document.reference, outcome: .migrated)
      decision.replacement = JSONText("NEW" + text.dropFirst(3))
      return decision
    }
    if text.hasPrefix("bad") {
      return Decision(
        reference: document.reference, outcome: .rejected,
        error: DocumentError(ReportError(code: .invalidJSON, message: "bad")))
    }
    return Decision(reference: document.reference, outcome: .current)
  }

  static func claims(_ globs: [String] = ["*.json"], excluded: [String] = []) throws -> Claims {
    Claims(formats: [try globs.map { try Glob($0) }], excluded: try excluded.map { try Glob($0) })
  }

  /// - Parameters:
  ///   - recovers: whether what interrupted runs left is brought to an end first, those with another id than this one's.
  ///   - output: where a copy goes; nil changes the target in place.
  ///   - onRead: runs after an element was read and before it is written.
  init(
    _ target: PathName, _ fileSystem: any FileSystem = LocalFileSystem(), globs: [String] = ["*.json"],
    excluded: [String] = [], maximumSize: Int = 1 << 20,
    maximumPathLength: Int = RunOptions.defaultMaximumPathLength, durability: Durability = .batch, batchCount: Int = 64,
    output: PathName? = nil, sideThreads: Int = 2, writerPatience: Double = 0.05, redecides: Bool = true,
    runID: String = TreeRun.runID, claims: Bool = false, recovers: Bool = false, isAllOrNothing: Bool = false,
    journal: (any TargetJournal)? = nil,
    abandonsAfter: Int = .max,
    onRead: (ContainerElement) throws -> Void = { _ in }
  ) throws {
    var decisions: [Decision] = []
    var warnings: [WarningRecord] = []
    defer {
      self.decisions = decisions
      self.warnings = warnings
    }
    var options = ContainerWriteOptions(
      runID: runID, durability: durability, batchCount: batchCount, sideThreads: sideThreads)
    options.writerPatience = writerPatience
    options.journal = journal
    options.isAllOrNothing = isAllOrNothing
    if redecides { options.redecide = { Self.decide($0) } }
    do {
      let opener = TreeOpener(fileSystem)
      guard let container = try opener.open(target) else { return }
      if claims { try container.claim(ContainerClaimOptions(runID: runID), warn: { warnings.append($0) }) }
      var readOptions = ContainerReadOptions(
        claims: try Self.claims(globs, excluded: excluded), maximumDocumentSize: maximumSize,
        maximumPathLength: maximumPathLength,
        yieldsPassthrough: output != nil)
      if recovers { readOptions.interruptedRuns = .recover }
      let reader = try container.makeReader(readOptions)
      let sink: DecisionSink = { decisions.append($0) }
      let warn: WarningSink = { warnings.append($0) }
      let writer =
        if let output {
          try opener.makeCopyWriter(of: container, to: output, options, sink: sink, warn: warn)
        } else {
          try container.makeWriter(options, sink: sink, warn: warn)
        }
      do {
        var count = 0
        while count < abandonsAfter, let element = try reader.next() {
          count += 1
          try onRead(element)
          switch element {
          case .document(let document):
            var decision = Self.decide(document)
            // As the workers of a run do.
            let failure = document.origin.prepare(for: decision.outcome, of: decision.reference.path)
            if let failure { decision = decision.rejected(failure) }
            try writer.write(.document(document, decision))
          case .decision(let decision): try writer.write(.decision(decision))
          case .passthrough(let chunk): try writer.write(.passthrough(chunk))
          }
        }
        if count >= abandonsAfter { writer.abandon() } else { finished = try writer.finish() }
      } catch {
        self.error = error
        writer.abandon()
      }
    } catch {
      self.error = error
    }
  }
}

/// Whether runs in a tree read attributes once.
func isEveryChangeTold(in tree: TemporaryTree) throws -> Bool {
  let fileSystem = LocalFileSystem()
  let folder = try fileSystem.open(tree.pathName(), in: nil, [.readOnly, .directory], mode: 0)
  let probe = try fileSystem.open(PathName("probe"), in: folder, [.writeOnly, .create, .exclusive], mode: 0o600)
  defer { try? fileSystem.unlink(PathName("probe"), in: folder) }
  return try fileSystem.fileSystemStatus(of: folder).keepsChangeTimes && EveryChange.isTold(of: probe, fileSystem)
}
