import ArgumentParser
import Logging
import UprevCore
import UprevReport

/// A plan on its way out: a temporary beside its place until it is whole, and what people are shown of it.
final class PlanOutput {
  let recorder: PlanRecorder
  private let path: PathName?
  private let file: AtomicFileWriter?
  private let logger: Logger

  /// - Parameters:
  ///   - path: where the plan will be; nil where none is written.
  ///   - targetVersions: as they were given to `--to`.
  /// - Throws: ``ExitCode``, after saying why the plan cannot be begun.
  init(
    _ path: PathName?, of run: Run, _ options: RunOptions, _ common: CommonOptions, to targetVersions: [String],
    _ logger: Logger
  ) throws {
    self.path = path
    self.logger = logger
    guard let path else {
      file = nil
      recorder = PlanRecorder(pipelines: options.pipelines)
      return
    }
    let file: AtomicFileWriter
    do throws(FileSystemError) {
      file = try AtomicFileWriter(path, runID: "\(run.id)", fileSystem: LocalFileSystem())
    } catch {
      throw Self.failing(with: error, logger)
    }
    self.file = file
    let header = PlanHeader(
      toolVersion: Release.version, runID: "\(run.id)", createdAt: run.startedAt.rfc3339,
      pipelines: zip(common.pipelines.pipeline, options.pipelines).map { Self.planned($1, named: $0) },
      options: PlanOptions(common, targetVersions: targetVersions))
    recorder = PlanRecorder(pipelines: options.pipelines, plan: (header, { try file.write($0) }))
  }

  /// What finds the pipeline from any folder.
  private static func planned(_ pipeline: Pipeline, named name: String) -> PlannedPipeline {
    var source = name
    if name.utf8.contains(UInt8(ascii: "/")) || name.hasSuffix(".yaml") {
      source = ((try? LocalFileSystem().resolved(pipeline.file)) ?? pipeline.file).description
    }
    return PlannedPipeline(name: pipeline.name, source: source, digest: pipeline.digest)
  }

  /// Shows the changes, and puts the plan in its place where it is whole.
  ///
  /// - Throws: ``ExitCode``, after saying why there is no plan.
  func finish(_ result: RunResult, printsChanges: Bool, isColoured: Bool) throws {
    if printsChanges { try Self.print(recorder.changes, isColoured: isColoured, logger) }
    guard let file, let path else { return }
    guard result.error == nil, result.targets.allSatisfy({ $0.error == nil }) else {
      file.abandon()
      logger.error("\(Words.noPlan(path))")
      return
    }
    recorder.finish()
    do {
      if let error = recorder.error { throw error }
      try file.finish()
    } catch {
      throw Self.failing(with: error, logger)
    }
    logger.info("\(Words.plan(at: path))")
  }

  /// - Throws: ``ExitCode``, after saying that standard output cannot be written.
  static func print(_ changes: ChangeGroups, isColoured: Bool, _ logger: Logger) throws {
    let text = ChangesText(isColoured: isColoured)
    do {
      try text.forEachPart(of: changes) { lines in try Terminal.output(lines.joined(separator: "\n") + "\n") }
    } catch let error as StandardOutputError {
      logger.error("\(Words.standardOutputFailure(error))")
      throw ExitCode(ExitStatus.targetFailed)
    }
  }

  private static func failing(with error: any Error, _ logger: Logger) -> ExitCode {
    logger.error("\(Words.planFailure(error))")
    return ExitCode(ExitStatus.targetFailed)
  }
}

extension PlanOptions {
  fileprivate init(_ common: CommonOptions, targetVersions: [String]) {
    self.init(
      targetVersions: targetVersions, excluded: common.exclude,
      maximumDocumentSize: common.limits.maxDocumentSize.bytes, maximumDepth: common.limits.maxDepth,
      maximumPathLength: common.limits.maxPathLength.bytes, maximumExpandedSize: common.limits.maxExpandedSize.bytes,
      maximumExpansionRatio: common.limits.maxExpansionRatio, maximumEntries: common.limits.maxEntries)
  }
}
