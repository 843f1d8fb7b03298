import UprevReport

/// Makes pipelines from sample documents, and next versions of formats. What it writes passes lint and the pipeline's own test, is
/// there as a whole or not at all, and replaces nothing.
public struct PipelineScaffolder: Sendable {
  let fileSystem: any FileSystem
  let catalog: PipelineCatalog
  let runID: String

  /// - Parameters:
  ///   - catalog: loads pipelines, with what checks their jq programs.
  ///   - runID: names temporaries.
  public init(catalog: PipelineCatalog, fileSystem: any FileSystem, runID: String) {
    self.catalog = catalog
    self.fileSystem = fileSystem
    self.runID = runID
  }

  /// Makes a new pipeline.
  ///
  /// - Parameters:
  ///   - path: of the folder, which must not be there; its last component becomes the pipeline's name.
  ///   - samples: documents, and folders of documents.
  ///   - format: the format's name; nil: the pipeline's.
  /// - Throws: ``ScaffoldError``; then nothing is left behind.
  public func make(
    _ path: PathName, from samples: [PathName], format: String? = nil
  ) throws(ScaffoldError) -> Scaffold {
    let place = PathName(Array(path.bytes.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()))
    let (above, last) = place.splitAtLastComponent
    let name = String(decoding: last.bytes, as: UTF8.self)
    for name in [name, format ?? name] where !Self.isName(name) { throw .badName(name) }
    // Told before the samples are read; whether it holds is found out when the folder gets its name.
    if try isThere(place) { throw .exists(place) }
    let reader = SampleReader(samples, fileSystem: fileSystem)
    if reader.samples.isEmpty { throw .noSamples(reader.notices) }
    let draft = PipelineDraft(name: name, format: format ?? name, samples: reader.samples)
    var scaffold = Scaffold(notices: reader.notices + draft.notices)
    let files = draft.files + [PipelineDraft.File(path: "pipeline.yaml", bytes: Array(draft.text.utf8), mode: 0o666)]
    let folder = try writing(place) { () throws(FileSystemError) in
      let folder = try DraftFolder(in: above, runID: runID, fileSystem)
      for file in files { try folder.write(file.path, file.bytes, mode: file.mode) }
      return folder
    }
    let recorded = try complete(folder)
    if !recorded.errors.isEmpty { throw .lint(recorded.errors) }
    try writing(place) { () throws(FileSystemError) in try folder.place(at: last) }
    scaffold.files = (files.map(\.path) + recorded.fixtures).sorted().map { place.path($0) }
    return scaffold
  }

  /// Not hidden, and not what is passed over among fixtures.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.hasPrefix("README") && name.utf8.count <= 200
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  func isThere(_ path: PathName) throws(ScaffoldError) -> Bool {
    do {
      _ = try fileSystem.status(of: path, in: nil, followingLinks: false)
      return true
    } catch {
      if error.kind == .absent { return false }
      throw .failed(path, error)
    }
  }

  /// Records the fixtures of later versions, and looks at the whole as `lint` and `test` do.
  ///
  /// - Returns: the fixtures that were written where there were none, those that were there with another text, both below the
  ///   folder, and everything that is wrong.
  func complete(
    _ folder: DraftFolder
  ) throws(ScaffoldError) -> (fixtures: [String], replaced: [String], errors: [FindingRecord]) {
    let path = String(decoding: folder.path.path("pipeline.yaml").bytes, as: UTF8.self)
    let file = path.contains("/") ? path : "./" + path
    let pipeline: Pipeline
    do {
      pipeline = try catalog.load(file)
    } catch {
      return ([], [], error.faults.map { FindingRecord($0) })
    }
    var tester = FixtureTester(pipeline, fileSystem: fileSystem)
    var fixtures: [String] = []
    var replaced: [String] = []
    for recorded in tester.record(runID: runID) {
      if case .failed(let error) = recorded.problem { throw .failed(recorded.file, error) }
      guard recorded.problem == nil else { continue }
      let path = String(decoding: recorded.file.bytes.dropFirst(folder.path.bytes.count + 1), as: UTF8.self)
      if recorded.isNew { fixtures.append(path) } else { replaced.append(path) }
    }
    return (fixtures, replaced, errors(file, tester))
  }

  /// What lint finds, fixtures that the tester could not read, and those that do not come out as they should.
  func errors(_ file: String, _ tester: FixtureTester) -> [FindingRecord] {
    let findings = PipelineLinter(catalog: catalog, fileSystem: fileSystem).lint([file]) + tester.findings
    return findings.filter { $0.severity == .error }
      + tester.run().filter { !$0.isEqual }.map(FindingRecord.comesOutOtherwise)
  }

  func writing<Result>(
    _ path: PathName, _ body: () throws(FileSystemError) -> Result
  ) throws(ScaffoldError) -> Result {
    do {
      return try body()
    } catch {
      throw error.kind == .exists ? .exists(path) : .failed(path, error)
    }
  }
}

/// What was made.
public struct Scaffold: Sendable {
  /// What was written, in order.
  public var files: [PathName] = []
  /// Sentences about samples that were passed over.
  public var notices: [String]
}

/// Why nothing was made. Nothing was left behind.
public enum ScaffoldError: Error, Sendable {
  case badName(String)
  /// Something has the name.
  case exists(PathName)
  /// - Parameter notices: why none can be used.
  case noSamples([String])
  case failed(PathName, FileSystemError)
  case pipeline(PipelineError)
  /// What would be written is wrong.
  case lint([FindingRecord])
  /// The pipeline that was to be added to is wrong.
  case wrongPipeline([FindingRecord])
  case noFormat(String, known: [String])
  case needsVersion
  case notAVersion(String, type: String)
  case notAbove(FormatVersion, current: FormatVersion)
  /// The format knows the version.
  case known(FormatVersion)
  /// It cannot be done safely; the text is what is to be put in.
  case byHand(String, text: String)
  case changed(PathName)
}
