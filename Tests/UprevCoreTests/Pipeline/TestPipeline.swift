import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// A pipeline in a folder of its own.
struct TestPipeline {
  let folder: TemporaryTree

  /// - Parameter files: contents by name, besides the pipeline file.
  init(_ yaml: String, files: [String: String] = [:]) throws {
    try self.init(Array(yaml.utf8), files: files)
  }

  init(_ yaml: [UInt8], files: [String: String] = [:]) throws {
    folder = try TemporaryTree()
    try folder.write(yaml, to: "pipeline.yaml")
    for (name, content) in files { try folder.write(content, to: name) }
  }

  func load() throws -> Pipeline {
    try PipelineFile.load(PathName(folder.path + "/pipeline.yaml"), fileSystem: LocalFileSystem())
  }

  /// The faults of a pipeline that must have some.
  func faults(_ location: SourceLocation = #_sourceLocation) -> [PipelineFault] {
    let error = #expect(throws: PipelineError.self, sourceLocation: location) { try load() }
    return error?.faults ?? []
  }

  /// A pipeline of one format.
  ///
  /// - Parameter format: lines of the format behind `name` and `files`.
  static func format(_ format: String, files: [String: String] = [:]) throws -> TestPipeline {
    let lines = format.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    return try TestPipeline(
      "uprev: 1\nname: test\nformats:\n  - name: test\n    files: [\"*.json\"]\n" + lines.joined(separator: "\n")
        + "\n",
      files: files)
  }

  /// The folder of the repository.
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The shipped pipeline.
  static func amorsize() throws -> Pipeline {
    try PipelineFile.load(
      PathName(repository + "/pipelines/amorsize/pipeline.yaml"), fileSystem: LocalFileSystem())
  }
}
