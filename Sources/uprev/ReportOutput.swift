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
}

/// A report on its way out: a temporary beside its place until it is whole, or standard output.
final class ReportOutput {
  /// Takes the report's bytes; nil where no report is wanted.
  let sink: ((UnsafeRawBufferPointer) throws -> Void)?
  /// Where the report will be, for people; nil for standard output or none.
  let path: PathName?
  private let file: TemporaryFile?
  private let durability: Durability
  private let fileSystem: any FileSystem

  /// - Throws: ``ReportOutputError`` where it cannot be begun; then nothing was done.
  init(_ destination: ReportDestination, run: RunID, durability: Durability, fileSystem: any FileSystem) throws {
    self.fileSystem = fileSystem
    self.durability = durability
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
    case .state(let folder):
      guard
        let folder = folder ?? StateDirectory.defaultPath(environment: ProcessInfo.processInfo.environment)
      else { throw ReportOutputError.noStateDirectory }
      do {
        path = try StateDirectory(path: folder, fileSystem: fileSystem).makeReportPath(of: run)
      } catch {
        throw ReportOutputError.failed(error)
      }
    }
    guard let path else { throw ReportOutputError.noStateDirectory }
    do {
      let file = try TemporaryFile(
        PathName(Self.folder(of: path) + Array(".uprev-\(run)-report".utf8)), in: nil, fileSystem: fileSystem)
      self.file = file
      sink = { try file.write($0) }
    } catch {
      throw ReportOutputError.failed(error)
    }
  }

  /// Puts a report that is whole in its place.
  /// - Throws: ``ReportOutputError``
  func finish() throws {
    guard let file, let path else { return }
    do throws(FileSystemError) {
      if durability != .none { try file.flush() }
      try file.replace(path, in: nil)
      if durability != .none {
        let folder = Self.folder(of: path)
        try fileSystem.synchronize(
          fileSystem.open(PathName(folder.isEmpty ? [0x2E] : folder), in: nil, [.directory], mode: 0))
      }
    } catch {
      throw ReportOutputError.failed(error)
    }
  }

  /// With its slash at the end; empty for a name in the working folder.
  private static func folder(of path: PathName) -> [UInt8] {
    guard let slash = path.bytes.lastIndex(of: 0x2F) else { return [] }
    return Array(path.bytes[...slash])
  }
}

/// Why there is no report.
enum ReportOutputError: Error {
  /// Neither `XDG_STATE_HOME` nor `HOME` is set.
  case noStateDirectory
  case failed(FileSystemError)
}
