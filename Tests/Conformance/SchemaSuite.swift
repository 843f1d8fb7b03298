import Foundation
import JSONSchema
import LosslessJSON

/// The JSON Schema test suite: `tests/draft7`, `tests/draft2020-12` and `remotes` of a checkout. Optional tests that do not
/// pass count as skipped.
enum SchemaSuite {
  private static let drafts: [(name: String, draft: SchemaDraft)] = [
    ("draft2020-12", .draft2020), ("draft7", .draft7),
  ]

  /// - Throws: where the suite cannot be read.
  static func run(_ folder: String) throws -> (passed: Int, failed: Int, skipped: Int) {
    let resolver = try Remotes(folder: folder + "/remotes")
    var count = Count()
    for (name, draft) in Self.drafts {
      let tests = "\(folder)/tests/\(name)"
      for file in try Self.files(below: tests) {
        let isOptional = file.hasPrefix("optional/")
        var part = Count()
        let run = FileRun(
          draft: draft, resolver: resolver, isOptional: isOptional, assertsFormats: file.hasPrefix("optional/format/"))
        for problem in try run.run(tests + "/" + file, count: &part) {
          print("\(isOptional ? "optional" : "FAILED") \(name)/\(file): \(problem)")
        }
        if isOptional { print("\(name)/\(file): \(part.passed) passed, \(part.skipped) not") }
        count.passed += part.passed
        count.failed += part.failed
        count.skipped += part.skipped
      }
    }
    return (count.passed, count.failed, count.skipped)
  }

  /// What came of some tests.
  fileprivate struct Count {
    var passed = 0
    var failed = 0
    var skipped = 0
  }

  /// Relative paths of JSON files, sorted.
  static func files(below folder: String) throws -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else { throw ConformanceFailure(description: "cannot read \(folder)") }
    let files = walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
    guard !files.isEmpty else { throw ConformanceFailure(description: "there is no test in \(folder)") }
    return files
  }
}

/// What stands for `http://localhost:1234`.
private final class Remotes: SchemaResolver {
  private let documents: [String: [UInt8]]

  init(folder: String) throws {
    var documents: [String: [UInt8]] = [:]
    for file in try SchemaSuite.files(below: folder) {
      guard let data = FileManager.default.contents(atPath: folder + "/" + file) else { continue }
      documents["http://localhost:1234/" + file] = Array(data)
    }
    self.documents = documents
  }

  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]? { documents[uri] }
}

/// One file: an array of schemas, each with tests.
private struct FileRun {
  let draft: SchemaDraft
  let resolver: Remotes
  let isOptional: Bool
  let assertsFormats: Bool

  /// - Returns: a line for each test that does not pass.
  func run(_ path: String, count: inout SchemaSuite.Count) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { throw ConformanceFailure(description: "cannot read \(path)") }
    var problems: [String] = []
    for group in try IndexedJSON(scanning: JSONText(Array(data))).root.elements {
      guard let source = group[member: "schema"], let tests = group[member: "tests"] else {
        throw ConformanceFailure(description: "\(path) is not laid out as expected")
      }
      let name = group[member: "description"]?.string ?? ""
      let schema = compiled(source)
      for test in tests.elements {
        let title = "\(name): \(test[member: "description"]?.string ?? "")"
        if let problem = judge(test, schema) {
          problems.append("\(title): \(problem)")
          if isOptional { count.skipped += 1 } else { count.failed += 1 }
        } else {
          count.passed += 1
        }
      }
    }
    return problems
  }

  private func compiled(_ source: JSONValue) -> Result<Schema, SchemaErrors> {
    let options = SchemaCompiler.Options(unknownKeywords: .ignore, assertsFormats: assertsFormats, draft: draft)
    return Result { () throws(SchemaErrors) in
      let document: IndexedJSON
      do {
        document = try IndexedJSON(scanning: JSONText(Array(source.literal)))
      } catch {
        // A part of a text that has been read already.
        throw SchemaErrors(errors: [])
      }
      return try SchemaCompiler(options: options).compile(document, resolver: resolver)
    }
  }

  /// - Returns: nil where the test passes.
  private func judge(_ test: JSONValue, _ schema: Result<Schema, SchemaErrors>) -> String? {
    guard let value = test[member: "data"], let expected = test[member: "valid"]?.bool else { return "no test" }
    switch schema {
    case .failure(let error):
      return "the schema does not compile: " + error.errors.map { "\($0.pointer): \($0.message)" }.joined(separator: " ")
    case .success(let schema):
      do {
        let violation = try schema.firstViolation(in: value)
        if (violation == nil) == expected { return nil }
        return violation.map { "refused: \($0.message)" } ?? "accepted"
      } catch {
        return "given up: \(error.message)"
      }
    }
  }
}
