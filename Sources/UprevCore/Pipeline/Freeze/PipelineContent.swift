import LosslessJSON
import UprevReport

/// Everything of a pipeline that can be frozen, as it is now, each with its place.
struct PipelineContent: Sendable {
  struct Entry: Sendable {
    var item: FrozenItem
    var file: PathName
    /// In the pipeline file; nil: the file as a whole.
    var mark: YAMLMark?
  }

  /// In the order of the subjects.
  private(set) var entries: [Entry] = []
  /// What could not be read as what it is.
  private(set) var unreadable: [FrozenSubject: PathName] = [:]

  private let folder: PipelineFolder

  /// - Parameters:
  ///   - root: of the pipeline file, which was read without a fault.
  ///   - fixtures: of the pipeline.
  init(of pipeline: Pipeline, root: YAMLNode?, fixtures: FixtureFolder, fileSystem: any FileSystem) {
    folder = PipelineFolder(fileSystem: fileSystem, file: pipeline.file)
    var named: Set<String> = []
    for format in root?["formats"]?.elements ?? [] {
      let name = format["name"]?.scalarText ?? ""
      addMigrations(of: format, name, pipeline)
      for pair in format["schemas"]?.pairs ?? [] {
        guard let version = pair.key.versionText, let path = pair.value.scalarText else { continue }
        named.insert(path)
        addFile(path, FrozenSubject(.schema, [name, version]), pipeline)
      }
    }
    for path in pipeline.schemaFiles where !named.contains(path) {
      addFile(path, FrozenSubject(.file, [path]), pipeline)
    }
    for fixture in fixtures.fixtures { add(fixture, of: pipeline.formats[fixture.format]) }
    entries.sort { $0.item.subject < $1.item.subject }
  }

  private mutating func addMigrations(of format: YAMLNode, _ name: String, _ pipeline: Pipeline) {
    let meaning = MigrationMeaning(stampPointer: format["version"]?["at"]?.scalarText) { [folder] path in
      Self.digest(of: path, in: folder)
    }
    for migration in format["migrations"]?.elements ?? [] {
      guard let from = migration["from"]?.versionText, let to = migration["to"]?.versionText else { continue }
      add(
        meaning.value(of: migration), .language, FrozenSubject(.migration, [name, from, to]), pipeline.file,
        migration.mark)
    }
  }

  /// A program of the folder is frozen with the migration that runs it: byte for byte, but for its line ends.
  private static func digest(of path: String, in folder: PipelineFolder) -> String? {
    guard !path.isEmpty, !PipelineFolder.leadsOutside(path), let bytes = try? folder.readSchema(path) else {
      return nil
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte == 0x0A, text.last == 0x0D { text.removeLast() }
      text.append(byte)
    }
    return CanonicalForm.summary(of: text).digest
  }

  private mutating func addFile(_ path: String, _ subject: FrozenSubject, _ pipeline: Pipeline) {
    let bytes = try? folder.readSchema(path)
    let document = bytes.flatMap { try? IndexedJSON(scanning: JSONText($0)) }
    add(document?.root, .schema, subject, folder.named(path), nil)
  }

  private mutating func add(_ fixture: Fixture, of format: Format) {
    let document = try? IndexedJSON(scanning: fixture.text, options: format.readingOptions)
    add(
      document?.root, .value,
      FrozenSubject(.fixture, [format.name, fixture.name, fixture.version.description]), fixture.file, nil)
  }

  private mutating func add(
    _ value: JSONValue?, _ reading: CanonicalReading, _ subject: FrozenSubject, _ file: PathName, _ mark: YAMLMark?
  ) {
    guard let value else {
      unreadable[subject] = file
      return
    }
    let item = FrozenItem(
      subject: subject, digest: CanonicalForm.summary(of: value, as: reading).digest,
      parts: CanonicalParts.all(of: value, as: reading, limit: subject.kind.partLimit))
    entries.append(Entry(item: item, file: file, mark: mark))
  }
}

extension YAMLNode {
  /// A version as messages and fixtures' names have it: of a number its canonical literal.
  fileprivate var versionText: String? {
    guard case .scalar(let scalar) = content else { return nil }
    if case .number(let number) = scalar.kind { return number.description }
    return scalar.text
  }
}
