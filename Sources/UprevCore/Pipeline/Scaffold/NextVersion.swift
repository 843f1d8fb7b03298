import LosslessJSON
import UprevReport

extension PipelineScaffolder {
  /// Adds the next version of a format to a pipeline: an edge without steps, a schema like that of the current version, and what
  /// the fixtures become.
  ///
  /// The new files are put in place first, the pipeline file last and only if it is still the one that was read: whoever loads the
  /// pipeline gets the old or the new one. What is in the pipeline file keeps its bytes.
  ///
  /// - Parameters:
  ///   - nameOrPath: of the pipeline, as on a command line.
  ///   - version: nil: of integers the one behind the current version, of semantic versions the next major one.
  /// - Throws: ``ScaffoldError``; then everything is as it was.
  public func addNextVersion(
    of format: String, to nameOrPath: String, as version: String? = nil
  ) throws(ScaffoldError) -> Scaffold {
    let source = try source(nameOrPath)
    let pipeline = source.pipeline
    guard let index = pipeline.formats.firstIndex(where: { $0.name.utf8.elementsEqual(format.utf8) }) else {
      throw .noFormat(format, known: pipeline.formats.map(\.name))
    }
    let next = try NextVersion.version(after: pipeline.formats[index], version)
    let plan = NextVersion(pipeline: pipeline, outline: source.outline.format(index), index: index, next: next)
    guard pipeline.formats[index].version.value != nil else {
      throw .byHand(ScaffoldWords.toldByShapes, text: plan.byHand)
    }
    let schema = try plan.schema(PipelineFolder(fileSystem: fileSystem, file: pipeline.file))
    let addition = plan.addition(schema: schema?.path)
    guard let text = PipelineTextEdit(source.bytes)?.adding(addition, toFormat: index) else {
      throw .byHand(ScaffoldWords.noPlace, text: plan.byHand)
    }
    let folder = try draft(source, text: text, schema)
    let recorded = try complete(folder)
    // Until now it was no fixture: its version was unknown.
    if let first = recorded.replaced.first { throw .exists(pipeline.folder.path(first)) }
    if !recorded.errors.isEmpty { throw .byHand(ScaffoldWords.doesNotPass(recorded.errors), text: plan.byHand) }
    let new = (schema.map { [$0.path] } ?? []) + recorded.fixtures
    try install(new, from: folder, source)
    return Scaffold(files: new.map { pipeline.folder.path($0) } + [pipeline.file], notices: [])
  }

  /// A pipeline that is right as it is, and its file as it was read.
  private func source(_ nameOrPath: String) throws(ScaffoldError) -> NextVersionSource {
    let file: PathName
    let pipeline: Pipeline
    let outline: PipelineOutline
    let bytes: [UInt8]
    let status: FileStatus
    do throws(PipelineError) {
      file = try catalog.locate(nameOrPath)
    } catch {
      throw .pipeline(error)
    }
    do throws(FileSystemError) {
      // Before it is read: what is changed later is noticed.
      status = try fileSystem.status(of: try fileSystem.resolved(file), in: nil, followingLinks: false)
    } catch {
      throw .pipeline(PipelineError(faults: [PipelineFault(.fileProblem(.failed(error)), file: file)]))
    }
    do throws(PipelineError) {
      pipeline = try catalog.load(nameOrPath)
      outline = try PipelineOutline(of: pipeline, fileSystem: fileSystem)
    } catch {
      throw .pipeline(error)
    }
    do throws(PipelineFolderError) {
      bytes = try PipelineFolder(fileSystem: fileSystem, file: file).readPipeline()
    } catch {
      throw .pipeline(PipelineError(faults: [PipelineFault(.fileProblem(error), file: file)]))
    }
    let tester = FixtureTester(pipeline, fileSystem: fileSystem)
    let found = errors(nameOrPath, tester)
    if !found.isEmpty { throw .wrongPipeline(found) }
    return NextVersionSource(pipeline: pipeline, outline: outline, bytes: bytes, status: status, tester: tester)
  }

  /// The whole pipeline as it would be, in a folder inside its own.
  private func draft(
    _ source: NextVersionSource, text: [UInt8], _ schema: (path: String, bytes: [UInt8])?
  ) throws(ScaffoldError) -> DraftFolder {
    let pipeline = source.pipeline
    return try writing(pipeline.folder) { () throws(FileSystemError) in
      let folder = try DraftFolder(in: pipeline.folder, runID: runID, fileSystem)
      let mark: [UInt8] = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : []
      try folder.write("pipeline.yaml", mark + text, mode: source.status.mode & 0o666)
      // Everything that the pipeline is made of, and the whole of its fixtures: it must be judged as it will be.
      for path in pipeline.schemaFiles { try folder.copyFile(path) }
      try folder.copyFolder("fixtures")
      if let schema { try folder.write(schema.path, schema.bytes, mode: source.status.mode & 0o666) }
      return folder
    }
  }

  private func install(
    _ new: [String], from draft: DraftFolder, _ source: NextVersionSource
  ) throws(ScaffoldError) {
    let pipeline = source.pipeline
    var placed: [(name: PathName, folder: OpenFile)] = []
    var holder: OpenFile?
    do throws(ScaffoldError) {
      try writing(pipeline.file) { () throws(FileSystemError) in
        let text = try fileSystem.open(
          PathName("pipeline.yaml"), in: try draft.open(""), [.readOnly, .beneath], mode: 0)
        let original = try fileSystem.open(pipeline.file, in: nil, [.readOnly], mode: 0)
        try fileSystem.setAttributes(
          of: text, from: try fileSystem.status(of: text), to: source.status,
          try fileSystem.extendedAttributes(of: original))
        try draft.flush()
      }
      for path in new {
        let (above, name) = PathName(path).splitAtLastComponent
        let relative = above.bytes == [UInt8(ascii: ".")] ? "" : String(decoding: above.bytes, as: UTF8.self)
        try writing(pipeline.folder.path(path)) { () throws(FileSystemError) in
          let to =
            relative.isEmpty
            ? draft.parent
            : try fileSystem.open(
              PathName(relative), in: draft.parent, [.readOnly, .directory, .beneath], mode: 0)
          try AtomicReplace(fileSystem).place(name, in: to, from: name, in: try draft.open(relative))
          placed.append((name, to))
          try fileSystem.synchronize(to)
        }
      }
      let result = try writing(pipeline.file) { () throws(FileSystemError) in
        let (above, name) = try fileSystem.resolved(pipeline.file).splitAtLastComponent
        holder = try fileSystem.open(above, in: nil, [.readOnly, .directory], mode: 0)
        return try AtomicReplace(fileSystem).replace(
          name, in: holder, with: PathName("pipeline.yaml"), in: try draft.open(""), ifStill: source.status)
      }
      guard result == .replaced else { throw .changed(pipeline.file) }
    } catch {
      // A file that cannot be removed is told by lint: as a fixture of no version, or as a schema that nothing refers to.
      for file in placed { try? fileSystem.unlink(file.name, in: file.folder) }
      throw error
    }
    // From here on everything is in its place, whatever becomes of the flush.
    if let holder {
      try writing(pipeline.file) { () throws(FileSystemError) in try fileSystem.synchronize(holder) }
    }
  }
}

/// A pipeline to which a version is to be added.
struct NextVersionSource {
  var pipeline: Pipeline
  var outline: PipelineOutline
  var bytes: [UInt8]
  var status: FileStatus
  var tester: FixtureTester
}

/// What the next version of a format adds to its pipeline.
struct NextVersion {
  let pipeline: Pipeline
  let outline: PipelineOutline.FormatOutline
  let index: Int
  let next: FormatVersion

  private var format: Format { pipeline.formats[index] }

  /// - Parameter text: as somebody asked for it; nil: what comes next.
  static func version(after format: Format, _ text: String?) throws(ScaffoldError) -> FormatVersion {
    let version: FormatVersion
    if let text {
      version = try parse(text, format.version.kind)
    } else {
      switch format.current {
      case .integer(let number):
        guard let int = number.int, int < .max else { throw .needsVersion }
        version = FormatVersion(int + 1)
      case .semantic(let current):
        guard let major = current.text.split(separator: ".").first.flatMap({ Int($0) }), major < .max,
          let next = SemanticVersion("\(major + 1).0.0")
        else { throw .needsVersion }
        version = .semantic(next)
      case .string: throw .needsVersion
      }
    }
    if format.graph.knownVersions.contains(version) { throw .known(version) }
    // Strings have no order.
    if format.current.isBelow(version) == false { throw .notAbove(version, current: format.current) }
    return version
  }

  private static func parse(_ text: String, _ kind: VersionRule.Kind) throws(ScaffoldError) -> FormatVersion {
    switch kind {
    case .integer:
      if let number = JSONDecimal(literal: text.utf8), number.isIntegral { return .integer(number) }
    case .semver:
      if let version = SemanticVersion(text) { return .semantic(version) }
    case .string:
      if !text.isEmpty { return .string(text) }
    }
    throw .notAVersion(text, type: kind.rawValue)
  }

  func addition(schema: String?) -> PipelineTextEdit.Addition {
    PipelineTextEdit.Addition(
      from: YAMLText.version(format.current), to: YAMLText.version(next), schema: schema,
      comment: [ScaffoldWords.aboutNext, ScaffoldWords.recordAgain])
  }

  /// What is to be put into the pipeline file by hand.
  var byHand: String {
    let from = YAMLText.version(format.current)
    let to = YAMLText.version(next)
    var lines = ["current: \(to)", "migrations:", "  - from: \(from)", "    to: \(to)", "    steps: []"]
    if format.version.value == nil { lines += ["detect:", "  - {version: \(to), has: /MEMBER}"] }
    if let path = schemaPath { lines += ["schemas:", "  \(to): \(YAMLText.quoted(path))"] }
    return lines.joined(separator: "\n")
  }

  /// The path of the current version's schema, with the version in the file's name made the next one.
  private var schemaPath: String? {
    guard let path = currentSchema else { return nil }
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = path[..<slash]
    let name = path[slash...]
    let old = "v" + PipelineDraft.fileName(format.current.description, keeping: "._-")
    let new = "v" + PipelineDraft.fileName(next.description, keeping: "._-")
    if let place = name.range(of: old) { return folder + name.replacingCharacters(in: place, with: new) }
    let stem = name.hasSuffix(".json") ? name.dropLast(5) : name
    return "\(folder)\(stem).\(new).json"
  }

  private var currentSchema: String? {
    outline.schemas.first { pair in
      switch format.current {
      case .integer(let number): JSONDecimal(literal: pair.version.utf8) == number
      default: pair.version.utf8.elementsEqual(format.current.description.utf8)
      }
    }?.path
  }

  /// The schema of the current version, which asks for the next one where it asked for the current.
  ///
  /// - Returns: nil where the current version has none.
  func schema(_ folder: PipelineFolder) throws(ScaffoldError) -> (path: String, bytes: [UInt8])? {
    guard let path = currentSchema, let newPath = schemaPath else { return nil }
    let bytes: [UInt8]
    do {
      bytes = try folder.readSchema(path)
    } catch {
      throw .pipeline(PipelineError(faults: [PipelineFault(.schemaProblem(path, error), file: pipeline.file)]))
    }
    guard let document = try? IndexedJSON(scanning: JSONText(bytes)) else { return (newPath, bytes) }
    var place: JSONValue? = document.root
    for token in format.version.pointer?.tokens ?? [] { place = place?[member: "properties"]?[member: token] }
    var values = [place?[member: "const"]].compactMap { $0 }
    if let allowed = place?[member: "enum"], allowed.kind == .array { values += Array(allowed.elements) }
    let fragment: JSONFragment =
      switch next {
      case .integer(let number): .decimal(number)
      case .string(let text): .string(text)
      case .semantic(let version): .string(version.text)
      }
    var splices = values.filter { isCurrent($0) }.compactMap { try? document.replacing($0, with: fragment) }
    // A title that ends with the version, as those of new pipelines do.
    let ending = "version \(format.current)"
    if let title = document.root[member: "title"], let text = title.string, text.hasSuffix(ending),
      let splice = try? document.replacing(title, with: .string("\(text.dropLast(ending.count))version \(next)"))
    {
      splices.append(splice)
    }
    let text = (try? document.applying(splices)).map { Array($0.bytes) }
    return (newPath, text ?? bytes)
  }

  private func isCurrent(_ value: JSONValue) -> Bool {
    switch format.current {
    case .integer(let number): value.number == number
    case .string(let text): value.equalsString(text)
    case .semantic(let version): value.equalsString(version.text)
    }
  }
}
