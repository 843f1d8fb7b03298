import LosslessJSON
import UprevReport

/// The fixtures of one pipeline, `fixtures/FORMAT/NAME.vVERSION.json`, read at once.
struct FixtureFolder: Sendable {
  /// Files that are read, and bytes that they may have together: more shows nothing more about a format.
  static let maximumCount = 10_000
  static let maximumBytes = 256 << 20

  /// In byte order of formats' folders and file names.
  private(set) var fixtures: [Fixture] = []
  /// What migrations would have gathered, by format: for those that gather something.
  private(set) var gathered: [Int: GatheredFormat] = [:]
  private var gatheredEntries: [Int: [GatheredFixtures.Entry]] = [:]
  /// About files that are no fixtures, or cannot be read.
  private(set) var findings: [FindingRecord] = []

  private let pipeline: Pipeline
  private let fileSystem: any FileSystem
  private var bytesLeft = FixtureFolder.maximumBytes
  private var isFull = false

  init(of pipeline: Pipeline, fileSystem: any FileSystem) {
    self.pipeline = pipeline
    self.fileSystem = fileSystem
    do throws(FileSystemError) {
      if let folder = try openFixtures() { try readAll(folder) }
    } catch {
      findings.append(.unreadableFixture(pipeline.folder.path("fixtures"), format: nil, error))
    }
    for (index, format) in pipeline.formats.enumerated() where format.graph.migrations.contains(where: \.needsGathered)
    {
      let own = fixtures.filter { $0.format == index }
      gathered[index] = GatheredFixtures.gathered(gatheredEntries[index] ?? [], own, of: format)
    }
  }

  /// - Returns: nil where there are none.
  private func openFixtures() throws(FileSystemError) -> OpenFile? {
    let root = try fileSystem.open(pipeline.folder, in: nil, [.readOnly, .directory], mode: 0)
    do {
      return try fileSystem.open(PathName("fixtures"), in: root, [.readOnly, .directory, .beneath], mode: 0)
    } catch {
      if error.kind == .absent { return nil }
      throw error
    }
  }

  private mutating func readAll(_ folder: OpenFile) throws(FileSystemError) {
    for name in try names(in: folder) {
      let path = "fixtures/\(name)"
      guard let index = pipeline.formats.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
        findings.append(.fixtureOfNoFormat(pipeline.folder.path(path), pipeline.formats.map(\.name)))
        continue
      }
      do throws(FileSystemError) {
        let inside = try fileSystem.open(PathName(name), in: folder, [.readOnly, .directory, .beneath], mode: 0)
        for file in try names(in: inside) { take(file, in: inside, "\(path)/\(file)", index) }
      } catch {
        findings.append(.unreadableFixture(pipeline.folder.path(path), format: name, error))
      }
    }
    for format in pipeline.formats {
      for version in format.graph.knownVersions where !FixtureName.isPossible(version) {
        findings.append(.versionWithoutFileName(version, format: format.name, pipeline.file))
      }
    }
  }

  private mutating func take(_ file: String, in folder: OpenFile, _ path: String, _ index: Int) {
    let format = pipeline.formats[index]
    let place = pipeline.folder.path(path)
    if file == GatheredFixtures.fileName, format.graph.migrations.contains(where: { $0.gathering != nil }) {
      return takeGathered(in: folder, place, index)
    }
    guard let (name, version) = FixtureName.parse(file, known: format.graph.knownVersions) else {
      findings.append(.unknownFixtureName(place, format: format.name, known: format.graph.knownVersions))
      return
    }
    guard fixtures.count < Self.maximumCount else {
      if !isFull { findings.append(.tooManyFixtures(place, format: format.name)) }
      isFull = true
      return
    }
    do throws(FileSystemError) {
      let opened = try fileSystem.open(PathName(file), in: folder, [.readOnly, .beneath, .nonBlocking], mode: 0)
      let status = try fileSystem.status(of: opened)
      guard status.kind == .regular, let text = try text(of: opened, status.size) else {
        findings.append(.fixtureTooLarge(place, format: format.name, isRegular: status.kind == .regular))
        return
      }
      bytesLeft -= text.count
      fixtures.append(
        Fixture(
          format: index, name: name, version: version, file: place, text: text, mode: status.mode & 0o777))
    } catch {
      findings.append(.unreadableFixture(place, format: format.name, error))
    }
  }

  private mutating func takeGathered(in folder: OpenFile, _ place: PathName, _ index: Int) {
    let format = pipeline.formats[index]
    do throws(FileSystemError) {
      let name = PathName(GatheredFixtures.fileName)
      let opened = try fileSystem.open(name, in: folder, [.readOnly, .beneath, .nonBlocking], mode: 0)
      let status = try fileSystem.status(of: opened)
      guard status.kind == .regular, let text = try text(of: opened, status.size) else {
        findings.append(.fixtureTooLarge(place, format: format.name, isRegular: status.kind == .regular))
        return
      }
      bytesLeft -= text.count
      if let entries = GatheredFixtures.entries(text, of: format) {
        gatheredEntries[index] = entries
      } else {
        findings.append(.noGatheredFixtures(place, format: format.name))
      }
    } catch {
      findings.append(.unreadableFixture(place, format: format.name, error))
    }
  }

  /// - Returns: nil where it is too large.
  private func text(of file: OpenFile, _ size: Int64) throws(FileSystemError) -> JSONText? {
    guard size >= 0, size <= bytesLeft else { return nil }
    let capacity = Int(size)
    var failure: FileSystemError?
    let text = JSONText(capacity: capacity) { buffer in
      var count = 0
      do throws(FileSystemError) {
        while count < capacity {
          let read = try fileSystem.read(file, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: nil)
          if read == 0 { break }
          count += read
        }
      } catch {
        failure = error
      }
      return count
    }
    if let failure { throw failure }
    return text
  }

  /// In byte order; without what is hidden, and without what is there for people (`README…`). A name that is not UTF-8 is told.
  private mutating func names(in folder: OpenFile) throws(FileSystemError) -> [String] {
    var found: [[UInt8]] = []
    try fileSystem.forEachName(in: folder) { name, _ in found.append(Array(name)) }
    var names: [String] = []
    for bytes in found.sorted(by: { $0.lexicographicallyPrecedes($1) })
    where bytes.first != UInt8(ascii: ".") && !bytes.starts(with: "README".utf8) {
      if let name = String(validating: bytes, as: UTF8.self) {
        names.append(name)
      } else {
        findings.append(.unknownFixtureName(PathName(bytes), format: nil, known: []))
      }
    }
    return names
  }
}

extension Pipeline {
  /// The folder that the pipeline file is in, as it is named.
  var folder: PathName {
    guard let slash = file.bytes.lastIndex(of: UInt8(ascii: "/")) else { return PathName(".") }
    return slash == 0 ? PathName("/") : PathName(file.bytes[..<slash])
  }
}

extension PathName {
  /// A path below this folder; below the working folder it stands alone.
  func path(_ relative: String) -> PathName {
    if bytes == [UInt8(ascii: ".")] { return PathName(relative) }
    return PathName(bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + Array(relative.utf8))
  }
}
