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
    do {
      return try SchemaCompiler().compile(document)
    } catch {
      noteSchema(.notASchema(error), path, line: error.line, column: error.column)
      return nil
    }
  }

  private mutating func noteSchema(_ problem: PipelineProblem, _ path: String, line: Int?, column: Int?) {
    faults.append(
      PipelineFault(
        kind: problem.kind, file: folder.named(path), line: line, column: column, message: problem.message))
  }
}
