import LosslessJSON

extension PipelineDecoder {
  /// Everything that can be wrong with a format's versions taken together.
  mutating func checkGraph(
    _ migrations: [PlacedMigration], _ mentions: VersionMentions, _ rule: VersionRule, _ current: FormatVersion,
    at currentMark: YAMLMark
  ) {
    let edges = distinctEdges(migrations)
    checkStamps(edges, rule)
    let graph = MigrationGraph(edges.map(\.migration), known: mentions.all.map(\.version) + [current])
    let ends = edges.contains { $0.migration.from == current || $0.migration.to == current }
    if !edges.isEmpty, !ends {
      // Every other version would be said to lead nowhere; this is why.
      let known = MigrationGraph(edges.map(\.migration)).knownVersions
      note(.unknownCurrent(current, known: known), at: currentMark)
      return
    }
    checkPaths(graph, edges, mentions, current)
    for choice in graph.equalChoices(to: current) where choice.migrations.count > 1 {
      let first = edges[choice.migrations[0]]
      let second = edges[choice.migrations[1]]
      note(
        .equalPaths(
          from: choice.version, to: current, through: first.migration.to, second.migration.to,
          firstLine: first.mark.line), at: second.mark)
    }
  }

  /// Without those that lead nowhere or are there already.
  private mutating func distinctEdges(_ migrations: [PlacedMigration]) -> [PlacedMigration] {
    var lines: [Edge: Int] = [:]
    return migrations.filter { placed in
      let migration = placed.migration
      if migration.from == migration.to {
        note(.emptyMigration(migration.from), at: placed.mark)
        return false
      }
      let edge = Edge(from: migration.from, to: migration.to)
      if let line = lines[edge] {
        note(.duplicateMigration(from: edge.from, to: edge.to, firstLine: line), at: placed.mark)
        return false
      }
      lines[edge] = placed.mark.line
      return true
    }
  }

  /// What a migration writes must be read as what it wrote; where nothing is written, some shape must tell what came out.
  private mutating func checkStamps(_ edges: [PlacedMigration], _ rule: VersionRule) {
    for edge in edges {
      let stamp = edge.migration.to
      if case .shapes(let shapes) = rule.source, !shapes.contains(where: { $0.version == stamp }) {
        note(.noShape(of: stamp), at: edge.mark)
      }
      if let read = rule.value?.map[VersionValueRule.FoundValue(stamp)], read != stamp {
        note(.mappedStamp(stamp, readAs: read), at: edge.mark)
      }
    }
  }

  /// One fault a version, where it is first spoken of.
  private mutating func checkPaths(
    _ graph: MigrationGraph, _ edges: [PlacedMigration], _ mentions: VersionMentions, _ current: FormatVersion
  ) {
    let routes = graph.routes(to: current)
    var places: [FormatVersion: YAMLMark] = [:]
    for edge in edges {
      places[edge.migration.from] = places[edge.migration.from] ?? edge.mark
      places[edge.migration.to] = places[edge.migration.to] ?? edge.mark
    }
    for mention in mentions.all {
      places[mention.version] = places[mention.version] ?? mention.mark
    }
    for version in graph.knownVersions where !routes.hasPath(from: version) {
      if let mark = places[version] { note(.noPathToCurrent(from: version, to: current), at: mark) }
    }
  }
}

private struct Edge: Hashable {
  var from: FormatVersion
  var to: FormatVersion
}

extension VersionValueRule.FoundValue {
  /// The value that a stamp leaves in a document.
  init(_ version: FormatVersion) {
    switch version {
    case .integer(let number): self = .number(number)
    case .string(let string): self = .string(Array(string.utf8))
    case .semantic(let version): self = .string(Array(version.text.utf8))
    }
  }
}
