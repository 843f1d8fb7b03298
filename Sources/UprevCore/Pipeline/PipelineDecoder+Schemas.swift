import JSONSchema
import LosslessJSON
import UprevReport

extension PipelineDecoder {
  /// Levels that a schema, or a file that it refers to, may have.
  private static let maximumSchemaDepth = 64

  /// Reads and compiles a schema; each file once, however many versions name it.
  mutating func schema(_ path: String, at mark: YAMLMark) -> Schema? {
    if PipelineFolder.leadsOutside(path) {
      note(.schemaOutside(path), at: mark)
      return nil
    }
    if let schema = compiledSchemas[path] { return schema }
    let files = PipelineSchemaFiles(folder: folder, known: schemaBytes)
    let bytes: [UInt8]
    do {
      bytes = try files.bytes(of: path)
    } catch {
      note(.schemaProblem(path, error), at: mark)
      return nil
    }
    let schema = compile(bytes, path, files)
    schemaBytes = files.all
    compiledSchemas[path] = .some(schema)
    return schema
  }

  private mutating func compile(_ bytes: [UInt8], _ path: String, _ files: PipelineSchemaFiles) -> Schema? {
    let document: IndexedJSON
    do {
      document = try IndexedJSON(
        scanning: JSONText(bytes), options: JSONReadingOptions(maximumDepth: Self.maximumSchemaDepth))
    } catch {
      noteSchema(.notJSON(error), path, line: error.line, column: error.column)
      return nil
    }
    var options = SchemaCompiler.Options()
    options.maximumDepth = Self.maximumSchemaDepth
    do {
      return try SchemaCompiler(options: options).compile(
        document, at: PipelineSchemaFiles.uri(of: path), resolver: files)
    } catch {
      for error in error.errors {
        let file = error.document.flatMap(PipelineSchemaFiles.path) ?? path
        noteSchema(.notASchema(error), file, line: error.line, column: error.column)
      }
      return nil
    }
  }

  private mutating func noteSchema(_ problem: PipelineProblem, _ path: String, line: Int?, column: Int?) {
    let fault = PipelineFault(
      kind: problem.kind, file: folder.named(path), line: line, column: column, message: problem.message)
    // Several schemas may refer to one file.
    if notedSchemaFaults.insert(fault).inserted { faults.append(fault) }
  }
}

/// The schema files of a pipeline, as the schema compiler asks for them: relative references lead to other files of the
/// pipeline's folder, and nowhere else.
final class PipelineSchemaFiles: SchemaResolver {
  private let folder: PipelineFolder
  /// By path, as the pipeline's digest has them.
  private(set) var all: [[UInt8]: [UInt8]]

  private static let prefix = "pipeline:/"

  init(folder: PipelineFolder, known: [[UInt8]: [UInt8]]) {
    self.folder = folder
    all = known
  }

  /// A path as a URI, without its `.` components.
  static func uri(of path: String) -> String {
    let components = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
    return prefix + components.map { encoded($0) }.joined(separator: "/")
  }

  private static func encoded(_ component: Substring.UTF8View) -> String {
    component.map { byte in
      let isPlain = Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
      if isPlain || "-._~".utf8.contains(byte) { return String(Character(Unicode.Scalar(byte))) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  /// The path of a file of the folder; nil for any other URI.
  static func path(of uri: String) -> String? {
    guard uri.hasPrefix(prefix), !uri.contains("?") else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(uri.dropFirst(prefix.count).utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]? {
    guard let path = Self.path(of: uri) else { return nil }
    if PipelineFolder.leadsOutside(path) {
      throw SchemaResolutionError(message: PipelineProblem.schemaOutside(path).message)
    }
    do {
      return try bytes(of: path)
    } catch {
      throw SchemaResolutionError(message: PipelineProblem.schemaProblem(path, error).message)
    }
  }

  /// Read once a pipeline: what is compiled is what the digest is of.
  ///
  /// - Parameter path: one that ``PipelineFolder/leadsOutside(_:)`` does not refuse.
  func bytes(of path: String) throws(PipelineFolderError) -> [UInt8] {
    let key = Array(path.utf8)
    if let known = all[key] { return known }
    let bytes = try folder.readSchema(path)
    all[key] = bytes
    return bytes
  }
}
