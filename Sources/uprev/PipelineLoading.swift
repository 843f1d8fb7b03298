import ArgumentParser
import Foundation
import Logging
import UprevCore
import UprevReport

/// Loads the pipelines that a command line names.
enum PipelineLoading {
  /// All pipelines that there are for this process.
  ///
  /// - Parameter programs: runs the programs of pipelines; nil where they are not allowed.
  static func catalog(_ fileSystem: LocalFileSystem, programs: ProgramChildren? = nil) -> PipelineCatalog {
    let program = ProgramPlace.find(fileSystem)
    return PipelineCatalog(
      fileSystem: fileSystem, environment: ProcessInfo.processInfo.environment, program: program,
      jq: program.map { JqChildren(launch: .init(program: $0, arguments: ["jq-worker"])) }, exec: programs)
  }

  /// - Throws: ``ExitCode`` 4, after every fault was said with its place.
  static func load(
    _ namesOrPaths: [String], fileSystem: LocalFileSystem, programs: ProgramChildren? = nil, logger: Logger
  ) throws -> [Pipeline] {
    do {
      return try catalog(fileSystem, programs: programs).load(namesOrPaths)
    } catch {
      for fault in error.faults {
        logger.error("\(Words.fault(fault))", metadata: ["kind": "\(fault.kind.rawValue)"])
      }
      throw ExitCode(ExitStatus.pipelineWrong)
    }
  }

  /// What the values of `--to` ask for.
  ///
  /// - Throws: ``ValidationError`` where one names no version, or not one.
  static func targetVersions(_ texts: [String], _ pipelines: [Pipeline]) throws -> TargetVersions {
    do {
      return try TargetVersions(parsing: texts, formats: pipelines.flatMap(\.formats))
    } catch {
      throw ValidationError(Terminal.printable(error.message))
    }
  }
}
