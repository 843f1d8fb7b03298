import Foundation
import UprevCore
import UprevReport

/// Where a command's report goes.
enum ReportDestination {
  case none
  case standardOutput
  case file(PathName)
  /// `runs/<runId>/report.json` in the state directory; nil is the default one.
  case state(PathName?)

  /// - Parameters:
  ///   - option: the value of `--report`.
  ///   - otherwise: where the report goes that nobody has said a place for.
  init(option: String?, otherwise: ReportDestination) {
    self =
      switch option {
      case "-": .standardOutput
      case let path?: .file(PathName(path))
      case nil: otherwise
      }
  }
}

/// A report on its way out: a temporary beside its place until it is whole, or standard output. What is no regular file (a
/// fifo, `/dev/null`) is written to directly.
final class ReportOutput {
  /// Takes the report's bytes; nil where no report is wanted.
  let sink: ((UnsafeRawBufferPointer) throws -> Void)?
  /// Where the report will be, for people; nil for standard output or none.
  let path: PathName?
  private let file: AtomicFileWriter?

  /// - Throws: ``ReportOutputError`` where it cannot be begun; then nothing was done.
  init(_ destination: ReportDestination, run: RunID, durability: Durability, fileSystem: any FileSystem) throws {
    let temporaries: PathName?
    switch destination {
    case .none:
      (sink, path, file) = (nil, nil, nil)
      return
    case .standardOutput:
      (path, file) = (nil, nil)
      sink = { try Terminal.output($0) }
      return
    case .file(let path):
      self.path = path
      temporaries = nil
    case .state(let folder):
      guard
        let folder = folder ?? StateDirectory.defaultPath(environment: ProcessInfo.processInfo.environment)
      else { throw ReportOutputError.noStateDirectory }
      do {
        let directory = StateDirectory(path: folder, fileSystem: fileSystem)
        path = try directory.makeReportPath(of: run)
        // Where the next run meets what a killed one left of it.
        temporaries = directory.reports
      } catch {
        throw ReportOutputError.failed(error)
      }
    }
    guard let path else { throw ReportOutputError.noStateDirectory }
    do {
      let file = try AtomicFileWriter(
        path, runID: "\(run)", temporariesIn: temporaries, durability: durability, fileSystem: fileSystem)
      self.file = file
      sink = { try file.write($0) }
    } catch {
      throw ReportOutputError.failed(error)
    }
  }

  /// Puts a report that is whole in its place.
  /// - Throws: ``ReportOutputError``
  func finish() throws {
    do throws(FileSystemError) {
      try file?.finish()
    } catch {
      throw ReportOutputError.failed(error)
    }
  }
}

/// Why there is no report.
enum ReportOutputError: Error {
  /// Neither `XDG_STATE_HOME` nor `HOME` is set.
  case noStateDirectory
  case failed(FileSystemError)
}

extension Run {
  /// Writes the report of a run that has no state, unless that is where the report would be.
  ///
  /// - Throws: what went wrong with the report.
  func reportFailure(
    to destination: ReportDestination, durability: Durability, _ fileSystem: any FileSystem
  ) throws {
    if case .state = destination { return }
    let output = try ReportOutput(destination, run: id, durability: durability, fileSystem: fileSystem)
    let result = execute(report: output.sink)
    if let error = result.reportError { throw error }
    try output.finish()
  }
}
