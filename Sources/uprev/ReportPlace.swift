import ArgumentParser
import UprevCore
import UprevReport

/// Checks the place of a file that a run writes beside its targets (a report, a plan) before anything is written: it replaces what
/// is there, so that must be neither a target, nor a document of one, nor another file of the run's.
struct ReportPlace {
  let report: PathName
  let options: RunOptions
  let fileSystem: any FileSystem
  /// The option that names the place.
  var option = "--report"
  /// Further files of the run, and what they are.
  var others: [(path: PathName, words: String)] = []

  /// - Throws: ``ValidationError``
  func check() throws {
    let place = try? whole(report)
    if let place, let output = options.output, (try? whole(output)) == place { throw refusal("is the --output too") }
    for other in others {
      if let place, (try? whole(other.path)) == place { throw refusal("is \(other.words) too") }
    }
    let status = try? fileSystem.status(of: report, in: nil, followingLinks: true)
    // What is written to directly (a fifo, `/dev/null`) loses nothing.
    guard status == nil || status?.kind == .regular else { return }
    let claims = Claims(formats: options.pipelines.flatMap(\.formats).map(\.files), excluded: [])
    for path in options.targets {
      // A target that is not there is the run's to report.
      guard let target = try? fileSystem.status(of: path, in: nil, followingLinks: true) else { continue }
      if let status, (status.device, status.inode) == (target.device, target.inode) { throw refusal("is a target too") }
      guard target.kind == .directory, let place, let root = try? fileSystem.resolved(path),
        let inside = place.inside(root), case .format = claims.claim(inside)
      else { continue }
      throw refusal("has the name of a document of a target")
    }
  }

  private func refusal(_ what: String) -> ValidationError {
    ValidationError("\(option) '\(Terminal.printable(report))' \(what); choose another path.")
  }

  /// The path with every link resolved; of what is not there, that of its folder and its name.
  private func whole(_ path: PathName) throws -> PathName {
    if let real = try? fileSystem.resolved(path) { return real }
    var bytes = path.bytes[...]
    while bytes.count > 1, bytes.last == 0x2F { bytes.removeLast() }
    let slash = bytes.lastIndex(of: 0x2F)
    let folder = slash.map { Array(bytes[..<max($0, 1)]) } ?? [0x2E]
    let name = slash.map { Array(bytes[($0 + 1)...]) } ?? Array(bytes)
    let above = try fileSystem.resolved(PathName(folder)).bytes
    return PathName(above + (above.last == 0x2F ? [] : [0x2F]) + name)
  }
}

extension PathName {
  /// The path relative to `folder`, if it lies inside; both are resolved.
  fileprivate func inside(_ folder: PathName) -> PathName? {
    let prefix = folder.bytes.last == 0x2F ? folder.bytes : folder.bytes + [0x2F]
    guard bytes.count > prefix.count, bytes.starts(with: prefix) else { return nil }
    return PathName(Array(bytes[prefix.count...]))
  }
}
