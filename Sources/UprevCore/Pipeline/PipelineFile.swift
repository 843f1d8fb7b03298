import LosslessJSON
import UprevReport

/// Reads a pipeline file (`pipeline.yaml`) and the schemas that it names.
public enum PipelineFile {
  /// Bytes that a pipeline file, or a schema, may have.
  public static let maximumSize = PipelineFolder.maximumFileSize

  /// - Parameters:
  ///   - file: the pipeline file; its schemas are found in the same folder.
  ///   - jq: checks and runs jq programs; without it a jq step is a fault.
  ///   - exec: runs the programs of `exec`; nil where they are not allowed: then documents that need one are rejected.
  /// - Returns: the typed pipeline, every glob parsed and every schema compiled.
  /// - Throws: ``PipelineError`` with everything that is wrong, in the order of the file.
  public static func load(
    _ file: PathName, fileSystem: some FileSystem, jq: (any JqRunner)? = nil, exec: (any ProgramRunner)? = nil
  ) throws(PipelineError) -> Pipeline {
    let folder = PipelineFolder(fileSystem: fileSystem, file: file)
    let bytes: [UInt8]
    do {
      bytes = try folder.readPipeline()
    } catch {
      throw PipelineError(faults: [PipelineFault(.fileProblem(error), file: file)])
    }
    let (root, problems) = YAMLReader.read(bytes)
    var decoder = PipelineDecoder(folder: folder, jq: jq, exec: exec)
    for placed in problems { decoder.note(placed.problem, at: placed.mark) }
    let decoded = root.flatMap { decoder.pipeline($0) }
    guard decoder.faults.isEmpty, let decoded else {
      throw PipelineError(faults: inOrder(decoder.faults, of: file))
    }
    return Pipeline(
      name: decoded.name, description: decoded.description, formats: decoded.formats,
      digest: digest([folder.fileName: bytes].merging(decoder.schemaBytes) { first, _ in first }), file: file,
      schemaFiles: decoder.schemaBytes.keys.map { String(decoding: $0, as: UTF8.self) }.sorted())
  }

  /// Those of the pipeline file by place, then those of its schemas.
  private static func inOrder(_ faults: [PipelineFault], of file: PathName) -> [PipelineFault] {
    func key(_ fault: PipelineFault) -> (Int, Int, Int) {
      (fault.file == file ? 0 : 1, fault.line ?? 0, fault.column ?? 0)
    }
    return faults.enumerated().sorted { left, right in
      let keys = (key(left.element), key(right.element))
      return keys.0 == keys.1 ? left.offset < right.offset : keys.0 < keys.1
    }.map(\.element)
  }

  /// In byte order of the names, for each file: the sizes of name and content in decimal, then both.
  private static func digest(_ files: [[UInt8]: [UInt8]]) -> [UInt8] {
    var hash = SHA256()
    for (name, content) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      hash.update(Array("\(name.count) \(content.count)\n".utf8))
      hash.update(name)
      hash.update(content)
    }
    return hash.finish()
  }
}
