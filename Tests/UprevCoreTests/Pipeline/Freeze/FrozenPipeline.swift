import Foundation
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A pipeline with everything that can be frozen, to be edited in one place.
struct FrozenPipeline {
  static let yaml = """
    uprev: 1
    name: test
    formats:
      - name: settings
        files: ["*.json"]
        json: {nonFinite: allow}
        version: {at: /version, type: integer}
        current: 3
        migrations:
          # The first one.
          - from: 1
            to: 2
            description: Sizes in bytes
            steps:
              - rename: {at: /mem, to: memory}
              - convert: {at: /memory, multiply: 0.001}
                when: {at: /memory, type: number}
              - default: {at: /theme, value: {name: light, contrast: 1.0}}
              - {op: add, path: /list, value: [1, null, "a", NaN]}
              - {op: test, path: /kind, value: 10}
              - each: {at: /windows, steps: [{op: remove, path: /handle}]}
                when: {at: /windows, equals: {a: 1, b: [2.50]}}
          - {from: 2, to: 3}
        schemas: {1: schemas/v1.json, 2: schemas/v2.json}

    """

  static let texts = [
    "pipeline.yaml": yaml,
    "schemas/v1.json": """
    {
      "title": "Settings",
      "type": "object",
      "required": ["mem"],
      "properties": {
        "description": {"type": "string", "description": "Free text."},
        "mem": {"type": "number", "minimum": 1.50, "enum": [1, {"title": "x", "a": 2}]},
        "shared": {"$ref": "shared.json#/$defs/one"}
      }
    }
    """,
    "schemas/v2.json": "{\"type\": \"object\", \"allOf\": [{\"title\": \"a\", \"minProperties\": 1}]}",
    "schemas/shared.json": "{\"$defs\": {\"one\": {\"type\": \"integer\"}}}",
    "fixtures/settings/plain.v1.json":
      "{\"version\": 1, \"mem\": 4.0, \"n\": NaN, \"s\": \"\\u00e9\", \"list\": [1, 2]}",
    "fixtures/settings/plain.v3.json": "{\"version\": 3}",
  ]

  let folder: TemporaryTree

  init() throws {
    folder = try TemporaryTree()
    for (name, text) in Self.texts { try folder.write(text, to: name) }
  }

  /// Changes the one place of a file at which a text stands.
  ///
  /// - Returns: whether there is one, and one only.
  func edit(_ file: String, _ old: String, _ new: String) throws -> Bool {
    let text = try folder.read(file)
    guard text.components(separatedBy: old).count == 2 else { return false }
    try folder.write(text.replacingOccurrences(of: old, with: new), to: file)
    return true
  }

  var path: PathName { folder.pathName("pipeline.yaml") }

  func load() throws -> Pipeline { try PipelineFile.load(path, fileSystem: LocalFileSystem()) }

  func content() throws -> PipelineContent {
    let pipeline = try load()
    return PipelineContent(
      of: pipeline, root: try PipelineOutline(of: pipeline, fileSystem: LocalFileSystem()).root,
      fixtures: FixtureFolder(of: pipeline, fileSystem: LocalFileSystem()), fileSystem: LocalFileSystem())
  }

  func freeze(accepting names: String...) throws -> PipelineFreezing {
    try PipelineFreezer(fileSystem: LocalFileSystem(), runID: "20260101T000000Z-00000000")
      .freeze(try load(), accepting: names)
  }

  /// What lint finds about the lock.
  func findings() throws -> [FindingRecord] {
    let rules: [LintRuleName] = [.frozenChanged, .frozenMissing, .lockDamaged, .notFrozen]
    return LintPipeline.linter().lint([folder.path + "/pipeline.yaml"])
      .filter { finding in rules.contains { $0.rawValue == finding.rule } }
  }
}
