import LosslessJSON
import UprevReport

extension FixtureTester {
  /// Writes what the pipeline makes of the fixtures: of each name, the versions on the way from its first one to the current
  /// one, and those that are there. Only files that are missing or hold something else are written, each whole or not at all,
  /// and never one that no other leads up to. A text that cannot be migrated leaves the file as it is.
  ///
  /// - Parameter runID: names temporaries.
  /// - Returns: what was written, and what could not be.
  public mutating func record(runID: String) -> [RecordedFixture] {
    var recorded: [RecordedFixture] = []
    for group in groups {
      let sources = group.sources
      for version in versions(of: group) {
        guard !sources.contains(where: { $0.version == version }),
          let source = sources.first(where: { group.format.graph.path(from: $0.version, to: version) != nil }),
          let text = trial.decide(source.text, of: group.format, to: version).result(of: source.text)
        else { continue }
        let present = group.fixtures.first { $0.version == version }
        if present?.text == text { continue }
        recorded.append(write(text, present, beside: source, version, runID: runID))
      }
    }
    if !recorded.isEmpty {
      folder = FixtureFolder(of: pipeline, fileSystem: fileSystem)
      trial = FormatTrial(of: pipeline, folder)
    }
    return recorded
  }

  /// In the order of the way to the current version, then those that are beside it.
  private func versions(of group: FixtureGroup) -> [FormatVersion] {
    var versions: [FormatVersion] = []
    for source in group.sources {
      versions += (group.format.graph.path(from: source.version, to: group.format.current) ?? []).map(\.to)
    }
    versions += group.fixtures.map(\.version)
    var seen: Set<FormatVersion> = []
    return versions.filter { seen.insert($0).inserted }
  }

  private func write(
    _ text: JSONText, _ present: Fixture?, beside source: Fixture, _ version: FormatVersion, runID: String
  ) -> RecordedFixture {
    guard let name = FixtureName.make(source.name, version) else {
      return RecordedFixture(file: source.file, isNew: true, problem: .impossibleName(version))
    }
    let file = present?.file ?? source.file.sibling(name)
    do throws(FileSystemError) {
      if present == nil, try !isAbsent(file) {
        return RecordedFixture(file: file, isNew: true, problem: .notReadable)
      }
      let writer = try AtomicFileWriter(
        file, runID: runID, durability: .file, mode: (present ?? source).mode & 0o666, fileSystem: fileSystem)
      try writer.write(text.bytes)
      try writer.finish()
      return RecordedFixture(file: file, isNew: present == nil, problem: nil)
    } catch {
      return RecordedFixture(file: file, isNew: present == nil, problem: .failed(error))
    }
  }

  /// What is there and was not read as a fixture, a symbolic link for example, is not written over.
  private func isAbsent(_ file: PathName) throws(FileSystemError) -> Bool {
    do {
      _ = try fileSystem.status(of: file, in: nil, followingLinks: false)
      return false
    } catch  where error.kind == .absent {
      return true
    }
  }
}

/// A fixture that was written, or should have been.
public struct RecordedFixture: Sendable {
  /// Why it was not written.
  public enum Problem: Sendable {
    case failed(FileSystemError)
    /// Something is there that is no fixture.
    case notReadable
    /// The version cannot be part of a file's name; `file` is the source then.
    case impossibleName(FormatVersion)
  }

  public var file: PathName
  /// Whether there was none before.
  public var isNew: Bool
  /// Nil where it was written.
  public var problem: Problem?
}

extension PathName {
  /// Another name in the folder of this path.
  fileprivate func sibling(_ name: String) -> PathName {
    PathName(bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)] + Array(name.utf8))
  }
}
