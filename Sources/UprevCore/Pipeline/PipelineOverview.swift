import UprevReport

/// A pipeline for people to look at: its formats, their versions, and the ways between them.
public struct PipelineOverview: Sendable {
  /// One format.
  public struct FormatOverview: Sendable {
    public var name: String
    /// The patterns as they were written.
    public var globs: [String]
    /// Where the version is, a JSON Pointer; nil where something else tells it.
    public var versionPointer: String?
    /// The type of versions, in the pipeline's word.
    public var versionType: String?
    public var current: FormatVersion
    /// From the lowest to the highest; where they have no order, from the furthest from the current one to the nearest.
    public var versions: [VersionOverview]
    /// In the pipeline's order.
    public var migrations: [MigrationOverview]
  }

  /// One version.
  public struct VersionOverview: Sendable {
    public var version: FormatVersion
    public var hasSchema: Bool
    /// The schema's path below the pipeline's folder; nil where there is none, or the version is written in another way.
    public var schema: String?
    /// The versions on the way to the current one, the first and the last included; empty for the current one.
    public var path: [FormatVersion]
  }

  /// One edge.
  public struct MigrationOverview: Sendable {
    public var from: FormatVersion
    public var to: FormatVersion
    public var description: String?
    public var stepCount: Int
    /// Whether it leads away from the current version.
    public var isDown: Bool
  }

  public var name: String
  public var description: String?
  public var file: PathName
  public var formats: [FormatOverview]

  /// Reads the pipeline file once more, for what the typed pipeline does not keep.
  ///
  /// - Throws: ``PipelineError`` where that is not possible any more.
  public init(_ pipeline: Pipeline, fileSystem: any FileSystem) throws(PipelineError) {
    let outline = try PipelineOutline(of: pipeline, fileSystem: fileSystem)
    name = pipeline.name
    description = pipeline.description
    file = pipeline.file
    formats = pipeline.formats.enumerated().map { Self.format($1, outline.format($0)) }
  }

  private static func format(_ format: Format, _ outline: PipelineOutline.FormatOutline) -> FormatOverview {
    let routes = format.graph.routes(to: format.current)
    func distance(_ version: FormatVersion) -> Int { routes.path(from: version)?.count ?? .max }
    let versions = format.graph.knownVersions.enumerated().sorted { left, right in
      if left.element.isAbove(right.element) { return false }
      if right.element.isAbove(left.element) { return true }
      let distances = (distance(left.element), distance(right.element))
      return distances.0 == distances.1 ? left.offset < right.offset : distances.0 > distances.1
    }.map(\.element)
    return FormatOverview(
      name: format.name, globs: format.files.map(\.pattern), versionPointer: outline.versionPointer,
      versionType: outline.versionType, current: format.current,
      versions: versions.map { version in
        let path = routes.path(from: version) ?? []
        return VersionOverview(
          version: version,
          hasSchema: format.schemas[version] != nil,
          schema: outline.schemas.first { $0.version == version.description }?.path,
          path: path.isEmpty ? [] : [version] + path.map(\.to))
      },
      migrations: format.graph.migrations.enumerated().map { index, migration in
        MigrationOverview(
          from: migration.from, to: migration.to, description: migration.description,
          stepCount: outline.migrations.indices.contains(index) ? outline.migrations[index].stepCount : 0,
          isDown: migration.from.isAbove(migration.to)
            || !migration.to.isAbove(migration.from) && distance(migration.from) < distance(migration.to))
      })
  }
}
