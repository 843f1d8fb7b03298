import LosslessJSON

/// What is to be done about a document's version.
enum VersionVerdict: Sendable {
  /// It is the one asked for.
  case current
  /// It is above the format's current one.
  case newer
  /// It gets there by these migrations; at least one.
  case migrate([Migration])
}

/// Third stage: from a version to what is to be done about it.
struct Migrate: Sendable {
  let graph: MigrationGraph
  let routes: MigrationRoutes
  let current: FormatVersion

  /// - Parameter target: the version to bring documents to; the format's current one unless a run asks for another.
  init(graph: MigrationGraph, current: FormatVersion, target: FormatVersion) {
    self.graph = graph
    self.current = current
    routes = graph.routes(to: target)
  }

  /// A version above the current one is newer, whatever the target and whatever migrations lead down from it. Any other
  /// that is not the target's needs a path.
  ///
  /// - Throws: ``DocumentError`` `no-migration-path` for a version that the format knows and no path takes to the target;
  ///   `unknown-version` for one that it does not know: below all others, in a gap, or a string.
  func verdict(_ detection: Detection, _ rule: VersionRule) throws(DocumentError) -> VersionVerdict {
    let version = detection.version
    if version.isAbove(current) { return .newer }
    if version == routes.goal { return .current }
    if let path = routes.path(from: version) { return .migrate(path) }
    if graph.knows(version) { throw .noMigrationPath(detection, to: routes.goal, rule) }
    throw .unknownVersion(detection, known: graph.knownVersions, rule)
  }
}
