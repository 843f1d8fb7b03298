import JSONSchema
import LosslessJSON
import UprevReport

extension PipelineDecoder {
  /// Reads and compiles a schema; each file once, however many versions name it.
  mutating func schema(_ path: String, at mark: YAMLMark) -> Schema? {
    if PipelineFolder.leadsOutside(path) {
      note(.schemaOutside(path), at: mark)
      return nil
    }
    if let schema = compiledSchemas[path] { return schema }
    let bytes: [UInt8]
    do {
      bytes = try folder.readSchema(path)
    } catch {
      note(.schemaProblem(path, error), at: mark)
      return nil
    }
    schemaBytes[Array(path.utf8)] = bytes
    let schema = compile(bytes, path)
    compiledSchemas[path] = .some(schema)
    return schema
  }

  private mutating func compile(_ bytes: [UInt8], _ path: String) -> Schema? {
    let document: IndexedJSON
    do {
      document = try IndexedJSON(scanning: JSONText(bytes), options: JSONReadingOptions(maximumDepth: 64))
    } catch {
      noteSchema(.notJSON(error), path, line: error.line, column: error.column)
      return nil
    }
    let files = ReferencedFiles(folder: folder)
    // Whatever a reference reaches is a part of the pipeline, also where there are faults.
    defer { schemaBytes.merge(files.bytes) { first, _ in first } }
    do {
      return try SchemaCompiler().compile(document, at: ReferencedFiles.reference(to: path), resolver: files)
    } catch {
      for error in error.errors {
        let file = error.document.flatMap(ReferencedFiles.path(of:)) ?? path
        let place = (file: folder.named(file), line: error.line, column: error.column)
        // A file that several schemas refer to is judged with each of them.
        let problem = PipelineProblem.notASchema(error)
        let fault = PipelineFault(
          kind: problem.kind, file: place.file, line: place.line, column: place.column, message: problem.message)
        if !faults.contains(fault) { faults.append(fault) }
      }
      return nil
    }
  }

  private mutating func noteSchema(_ problem: PipelineProblem, _ path: String, line: Int?, column: Int?) {
    faults.append(
      PipelineFault(
        kind: problem.kind, file: folder.named(path), line: line, column: column, message: problem.message))
  }
}

/// The files that a schema refers to: those of the pipeline's folder, by relative references.
private final class ReferencedFiles: SchemaResolver {
  private let folder: PipelineFolder
  /// By path, as ``PipelineDecoder/schemaBytes``.
  private(set) var bytes: [[UInt8]: [UInt8]] = [:]

  init(folder: PipelineFolder) {
    self.folder = folder
  }

  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]? {
    guard let path = ReferencedFiles.path(of: uri) else { return nil }
    if PipelineFolder.leadsOutside(path) { throw SchemaResolutionError(message: PipelineProblem.outsideWords) }
    do {
      let content = try folder.readSchema(path)
      bytes[Array(path.utf8)] = content
      return content
    } catch {
      throw SchemaResolutionError(message: PipelineProblem.words(error))
    }
  }

  /// The relative reference to a path of the folder (RFC 3986, 4.2): what could be taken for something else is encoded.
  static func reference(to path: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,;=@".utf8)
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if plain.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The path that a reference names; nil for one with a scheme, which is no file of the folder.
  static func path(of reference: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(reference.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: ":"): return nil
      case UInt8(ascii: "%"):
        guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
        bytes.append(code)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
