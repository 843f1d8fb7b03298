import Foundation
import JSONSchema
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Schema files of a pipeline")
struct SchemaFilesTests {
  private func pipeline(_ files: [String: String]) throws -> TestPipeline {
    try TestPipeline.format("version: {at: /v, type: integer}\ncurrent: 1\nschemas: {1: s/v1.json}", files: files)
  }

  @Test("A relative reference leads to another file of the folder, whatever the file is called")
  func references() throws {
    let pipeline = try pipeline([
      "s/v1.json": #"{"items": {"$ref": "../more/%C3%A9%20%23.json#/$defs/a"}}"#,
      "more/é #.json": ##"{"$defs": {"a": {"$ref": "../s/back.json#b"}}}"##,
      "s/back.json": #"{"$defs": {"b": {"$anchor": "b", "type": "null"}, "c": {"$ref": "v1.json"}}}"#,
    ]).load()
    let schema = try #require(pipeline.formats[0].schemas[FormatVersion(1)])
    #expect(try schema.validate(IndexedJSON(scanning: JSONText("[null]")).root).isEmpty)
    let violation = try #require(try schema.firstViolation(in: IndexedJSON(scanning: JSONText("[1]")).root))
    #expect(violation.schemaDocument.flatMap(PipelineSchemaFiles.path) == "s/back.json")
  }

  @Test("The digest covers every file that a schema reaches, and no other")
  func digest() throws {
    func digest(_ common: String, _ other: String = "{}") throws -> [UInt8] {
      try pipeline(["s/v1.json": #"{"$ref": "common.json"}"#, "s/common.json": common, "s/other.json": other]).load()
        .digest
    }
    let first = try digest("{}")
    #expect(try digest("{}") == first)
    #expect(try digest("{} ") != first)
    #expect(try digest("{}", "true") == first)
  }

  @Test("Every fault of a schema, and of the files that it refers to, is told at once, in the file where it is")
  func faults() throws {
    let pipeline = try pipeline([
      "s/v1.json":
        "{\"type\": \"x\",\n \"requird\": 1,\n \"allOf\": [{\"$ref\": \"bad.json\"}, {\"$ref\": \"no.json\"}]}",
      "s/bad.json": "{\n \"minimum\": \"1\"}", "s/no.json": "nothing",
    ])
    let faults = pipeline.faults()
    #expect(faults.allSatisfy { $0.kind == .invalidSchema })
    #expect(
      faults.map { "\($0.file.description.dropFirst(pipeline.folder.path.count + 1)):\($0.line ?? 0)" }.sorted() == [
        "s/bad.json:2", "s/no.json:1", "s/v1.json:1", "s/v1.json:2",
      ])
  }

  @Test(
    "No reference leads out of the folder, or to anything but a file",
    arguments: [
      "../../secret.json", "/../secret.json", "../outside.json", "%2e%2e/%2e%2e/secret.json", "file:///etc/passwd",
      "http://localhost/x.json", "../s", "gone.json", "..%2f..%2fsecret.json", "a%00b", "../s/large.json",
      "pipeline:/..%2fsecret.json", "//host/x.json",
    ])
  func outside(reference: String) throws {
    let pipeline = try pipeline([
      "s/v1.json": "{\"$ref\": \"\(reference)\"}",
      "s/large.json": String(repeating: " ", count: PipelineFile.maximumSize + 1),
    ])
    let secret = pipeline.folder.path + "-secret.json"
    defer { try? FileManager.default.removeItem(atPath: secret) }
    try Data("true".utf8).write(to: URL(fileURLWithPath: secret))
    try FileManager.default.createSymbolicLink(
      atPath: pipeline.folder.path + "/outside.json", withDestinationPath: secret)
    let faults = pipeline.faults()
    #expect(faults.map(\.kind) == [.invalidSchema])
    #expect(faults.first?.line == 1 && faults.first?.column == 10)
    #expect(faults.first?.file.description == pipeline.folder.path + "/s/v1.json")
  }
}
