import LosslessJSON
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A pipeline with which nothing is wrong, to be broken in one place.
struct LintPipeline {
  var files = ["*.json"]
  var current = "3"
  var migrations = ["{from: 1, to: 2}", "{from: 2, to: 3}"]
  var schemas = ["1": "any", "2": "any", "3": "any"]
  /// Texts by path below the pipeline's folder.
  var texts = [
    "schemas/any.json": "{\"type\": \"object\"}",
    "fixtures/test/a.v1.json": "{\"version\": 1, \"x\": 1}", "fixtures/test/a.v2.json": "{\"version\": 2, \"x\": 1}",
    "fixtures/test/a.v3.json": "{\"version\": 3, \"x\": 1}", "fixtures/test/b.v1.json": "{\"version\": 1}",
    "fixtures/test/b.v3.json": "{\"version\": 3}",
  ]
  /// Lines behind those of the format.
  var more = ""

  func write() throws -> TestPipeline {
    var lines = ["version: {at: /version, type: integer}", "current: \(current)"]
    if !migrations.isEmpty { lines += ["migrations:"] + migrations.map { "  - \($0)" } }
    if !schemas.isEmpty {
      lines += ["schemas:"] + schemas.sorted { $0.key < $1.key }.map { "  \($0.key): schemas/\($0.value).json" }
    }
    let globs = files.map { "\"\($0)\"" }.joined(separator: ", ")
    let yaml =
      "uprev: 1\nname: test\nformats:\n  - name: test\n    files: [\(globs)]\n"
      + lines.map { "    \($0)\n" }.joined() + more
    return try TestPipeline(yaml, files: [:]).adding(texts)
  }

  func lint(_ context: LintContext = LintContext()) throws -> [FindingRecord] {
    let pipeline = try write()
    return withExtendedLifetime(pipeline.folder) {
      Self.linter(context).lint([pipeline.folder.path + "/pipeline.yaml"])
    }
  }

  static func linter(_ context: LintContext = LintContext()) -> PipelineLinter {
    var linter = PipelineLinter(
      catalog: PipelineCatalog(fileSystem: LocalFileSystem(), environment: [:], program: nil),
      fileSystem: LocalFileSystem())
    linter.context = context
    return linter
  }
}

extension TestPipeline {
  /// - Parameter texts: by path below the pipeline's folder.
  fileprivate func adding(_ texts: [String: String]) throws -> TestPipeline {
    for (name, text) in texts { try folder.write(name, text) }
    return self
  }
}

extension FormatTrial {
  /// The stages, with something done to what they are given and to what they make: what steps of a pipeline might do.
  ///
  /// - Parameter change: gets the texts of a batch, the position of one of them, the graph's migrations and the target, and
  ///   the result; gives another result.
  static func changing(
    _ change:
      @escaping @Sendable (_ texts: [String], _ index: Int, _ migrations: [Migration], _ to: String, _ result: String)
      -> String
  ) -> FormatTrial {
    FormatTrial { format, texts, target in
      FormatTrial().decide(texts, of: format, to: target).enumerated().map { index, decision in
        guard let replacement = decision.replacement else { return decision }
        var decision = decision
        decision.replacement = JSONText(
          change(
            texts.map(\.description), index, format.graph.migrations, target.description, replacement.description))
        return decision
      }
    }
  }
}
