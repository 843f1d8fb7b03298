import ArgumentParser
import Foundation
import Logging
import UprevCore
import UprevReport

/// Loads the pipelines that a command line names.
enum PipelineLoading {
  /// - Throws: ``ExitCode`` 4, after every fault was said with its place.
  static func load(_ namesOrPaths: [String], fileSystem: LocalFileSystem, logger: Logger) throws -> [Pipeline] {
    let catalog = PipelineCatalog(
      fileSystem: fileSystem, environment: ProcessInfo.processInfo.environment, program: ProgramPlace.find(fileSystem))
    do {
      return try catalog.load(namesOrPaths)
    } catch {
      for fault in error.faults {
        logger.error("\(Words.fault(fault))", metadata: ["kind": "\(fault.kind.rawValue)"])
      }
      throw ExitCode(ExitStatus.pipelineWrong)
    }
  }
}
