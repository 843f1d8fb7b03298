import FuzzDriver
import FuzzSupport
import JSONSchema
import LosslessJSON

/// A schema through the compiler and, if it compiles, a document through the schema. What must hold: nothing traps or
/// hangs, and the same document is judged the same twice.
///
/// The input: the schema, a zero byte, the document.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSchema(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = parts(UnsafeBufferPointer(start: start, count: count), 2)
  let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: 128)
  guard let source = try? IndexedJSON(scanning: JSONText(input[0]), options: options),
    let schema = try? SchemaCompiler().compile(source),
    let document = try? IndexedJSON(scanning: JSONText(input[1]), options: options)
  else { return 0 }
  let first = try? schema.validate(document.root, limit: 100)
  let second = try? schema.validate(document.root, limit: 100)
  check(first == second, "the same document is judged differently")
  return 0
}
