import UprevReport

/// Where a pipeline file says what: the places and names that the typed pipeline does not keep.
///
/// It is made from a file that was read without a fault, and expects nothing of it: what is not there has no place.
struct PipelineOutline: Sendable {
  struct FormatOutline: Sendable {
    var mark: YAMLMark
    /// `version.at` and `version.type`, as they are written.
    var versionPointer: String?
    var versionType: String?
    /// Of each glob, in order.
    var files: [YAMLMark] = []
    /// Of each migration, in order, with the number of its steps.
    var migrations: [(mark: YAMLMark, stepCount: Int)] = []
    /// In order: the version as it is written, and the path.
    var schemas: [(version: String, path: String, mark: YAMLMark)] = []
  }

  /// In order.
  private(set) var formats: [FormatOutline] = []
  /// The file itself.
  let root: YAMLNode?

  /// - Parameter root: nil: nothing has a place.
  init(_ root: YAMLNode?) {
    self.root = root
    guard let formats = root?["formats"]?.elements else { return }
    self.formats = formats.map { node in
      var format = FormatOutline(mark: node.mark)
      format.versionPointer = node["version"]?["at"]?.scalarText
      format.versionType = node["version"]?["type"]?.scalarText
      format.files = node["files"]?.elements.map(\.mark) ?? []
      format.migrations = (node["migrations"]?.elements ?? []).map { ($0.mark, $0["steps"]?.elements.count ?? 0) }
      format.schemas = (node["schemas"]?.pairs ?? []).compactMap { pair in
        guard let version = pair.key.scalarText, let path = pair.value.scalarText else { return nil }
        return (version, path, pair.value.mark)
      }
      return format
    }
  }

  /// Reads the file once more.
  ///
  /// - Throws: ``PipelineError`` where that is not possible any more.
  init(of pipeline: Pipeline, fileSystem: any FileSystem) throws(PipelineError) {
    do throws(PipelineFolderError) {
      self.init(YAMLReader.read(try PipelineFolder(fileSystem: fileSystem, file: pipeline.file).readPipeline()).root)
    } catch {
      throw PipelineError(faults: [PipelineFault(.fileProblem(error), file: pipeline.file)])
    }
  }

  /// The format at a position; one without places where there is none.
  func format(_ index: Int) -> FormatOutline {
    formats.indices.contains(index) ? formats[index] : FormatOutline(mark: YAMLMark(line: 1, column: 1))
  }
}

extension PipelineOutline.FormatOutline {
  /// Where the format speaks of one of its globs; of itself where that has no place.
  func place(ofFile index: Int) -> YAMLMark { files.indices.contains(index) ? files[index] : mark }

  func place(ofMigration index: Int) -> YAMLMark {
    migrations.indices.contains(index) ? migrations[index].mark : mark
  }
}

extension YAMLNode {
  subscript(name: String) -> YAMLNode? { pairs.first { $0.key.scalarText == name }?.value }

  var pairs: [YAMLPair] {
    if case .mapping(let pairs) = content { pairs } else { [] }
  }

  var elements: [YAMLNode] {
    if case .sequence(let elements) = content { elements } else { [] }
  }

  var scalarText: String? {
    if case .scalar(let scalar) = content { scalar.text } else { nil }
  }
}
