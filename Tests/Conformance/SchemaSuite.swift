import Foundation
import JSONSchema
import LosslessJSON

/// The JSON Schema test suite.
enum SchemaSuite {
  /// Folders of the suite, with the draft that their schemas are of if they do not say.
  private static let drafts: [(folder: String, draft: SchemaDraft)] = [
    ("draft2020-12", .draft2020), ("draft7", .draft7),
  ]

  typealias Count = (passed: Int, failed: Int, skipped: Int)

  /// Optional tests that do not pass count as skipped.
  ///
  /// - Parameter directory: the root of the suite, with `tests` and `remotes`.
  /// - Throws: where there are no tests.
  static func run(_ directory: String) throws -> Count {
    var count: Count = (0, 0, 0)
    let remotes = SchemaSuiteRemotes(directory: directory + "/remotes")
    for (folder, draft) in drafts {
      let root = directory + "/tests/" + folder
      let files = testFiles(below: root)
      if files.isEmpty { throw ConformanceFailure(description: "there are no tests in \(root)") }
      for file in files { run(file, in: root, folder, draft, remotes, &count) }
    }
    return count
  }

  /// In the order of their names.
  private static func testFiles(below root: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".json") }.sorted()
  }

  private static func run(
    _ file: String, in root: String, _ folder: String, _ draft: SchemaDraft, _ remotes: SchemaSuiteRemotes,
    _ count: inout Count
  ) {
    guard let bytes = FileManager.default.contents(atPath: root + "/" + file),
      let groups = try? IndexedJSON(scanning: JSONText(bytes)).root
    else {
      print("FAILED \(folder)/\(file): the file cannot be read")
      count.failed += 1
      return
    }
    let isOptional = file.hasPrefix("optional/")
    let options = SchemaCompiler.Options(
      unknownKeywords: .ignore, assertsFormats: file.hasPrefix("optional/format/"), draft: draft)
    for group in groups.elements {
      let name = "\(folder)/\(file): \(text(group, "description"))"
      let schema = compile(group, options, remotes)
      for test in group[member: "tests"].map({ Array($0.elements) }) ?? [] {
        let problem = problem(of: test, schema)
        guard let problem else {
          count.passed += 1
          continue
        }
        if isOptional { count.skipped += 1 } else { count.failed += 1 }
        print("\(isOptional ? "skipped" : "FAILED") \(name): \(text(test, "description")): \(problem)")
        if isOptional {
          print("  because \(SchemaSuiteReasons.reason(for: folder + "/" + file, text(group, "description")))")
        }
      }
    }
  }

  private static func text(_ value: JSONValue, _ member: String) -> String { value[member: member]?.string ?? "" }

  private static func compile(
    _ group: JSONValue, _ options: SchemaCompiler.Options, _ remotes: SchemaSuiteRemotes
  ) -> Result<Schema, any Error> {
    Result {
      // Its own document, as a user has it.
      let document = try IndexedJSON(scanning: JSONText(group[member: "schema"]?.literal ?? []))
      return try SchemaCompiler(options: options).compile(document, resolver: remotes)
    }
  }

  /// What is wrong with the verdict on one test's value; nil where it is right.
  private static func problem(of test: JSONValue, _ schema: Result<Schema, any Error>) -> String? {
    guard let data = test[member: "data"], let expected = test[member: "valid"]?.bool else { return "no test" }
    switch schema {
    case .failure(let errors): return "the schema does not compile: \(errors)"
    case .success(let schema):
      do {
        let value = try IndexedJSON(scanning: JSONText(data.literal)).root
        let violation = try schema.firstViolation(in: value)
        if expected, let violation { return "refused: \(violation.message)" }
        return !expected && violation == nil ? "accepted" : nil
      } catch {
        return "no verdict: \(error)"
      }
    }
  }
}

/// The suite's own documents, which it expects at `http://localhost:1234`; nothing is fetched.
struct SchemaSuiteRemotes: SchemaResolver {
  static let prefix = "http://localhost:1234/"
  let directory: String

  func document(at uri: String) throws(SchemaResolutionError) -> [UInt8]? {
    guard uri.hasPrefix(Self.prefix) else { return nil }
    return FileManager.default.contents(atPath: directory + "/" + uri.dropFirst(Self.prefix.count)).map { Array($0) }
  }
}
