/// The versions that a format knows and the migrations between them.
///
/// The path between two versions is the one with the fewest edges, then the one whose first edge reaches furthest, a
/// choice that is made anew at each version on the way. Furthest is furthest in the direction of the goal: the greatest
/// version on the way up, the smallest on the way down. Strings have no order: among them, and for two edges with the same
/// ends, the first in the pipeline's order is taken, and ``equalChoices(to:)`` tells of it.
public struct MigrationGraph: Sendable {
  /// In the pipeline's order.
  public let migrations: [Migration]
  private let versions: [FormatVersion]
  private let indices: [FormatVersion: Int]
  /// For each version the migrations that leave it, in order.
  private let leaving: [[Int]]
  /// For each version the migrations that reach it, in order.
  private let reaching: [[Int]]
  private let ends: [(from: Int, to: Int)]

  /// - Parameter known: versions that the format knows beyond those its migrations join.
  public init(_ migrations: [Migration], known: [FormatVersion] = []) {
    var versions: [FormatVersion] = []
    var indices: [FormatVersion: Int] = [:]
    func index(_ version: FormatVersion) -> Int {
      if let index = indices[version] { return index }
      indices[version] = versions.count
      versions.append(version)
      return versions.count - 1
    }
    let ends = migrations.map { (from: index($0.from), to: index($0.to)) }
    for version in known { _ = index(version) }
    var leaving = [[Int]](repeating: [], count: versions.count)
    var reaching = leaving
    for (migration, end) in ends.enumerated() {
      leaving[end.from].append(migration)
      reaching[end.to].append(migration)
    }
    self.migrations = migrations
    self.versions = versions
    self.indices = indices
    self.leaving = leaving
    self.reaching = reaching
    self.ends = ends
  }

  /// Every version the format knows, in the pipeline's order.
  public var knownVersions: [FormatVersion] { versions }

  /// Whether the format knows a version.
  public func knows(_ version: FormatVersion) -> Bool {
    indices[version] != nil
  }

  /// The ways of all versions to one goal, found in time proportional to the graph.
  public func routes(to goal: FormatVersion) -> MigrationRoutes {
    var next = [Int?](repeating: nil, count: versions.count)
    let distances = distances(to: goal)
    for version in versions.indices {
      next[version] = choices(from: version, to: goal, distances).first
    }
    return MigrationRoutes(goal: goal, graph: self, next: next)
  }

  /// The path between two versions, in order; empty where they are the same.
  ///
  /// - Returns: nil where there is no path, or where the graph does not know one of the two.
  public func path(from start: FormatVersion, to goal: FormatVersion) -> [Migration]? {
    routes(to: goal).path(from: start)
  }

  /// The versions at which two migrations lead to `goal` equally well, each with those migrations, as indices.
  func equalChoices(to goal: FormatVersion) -> [(version: FormatVersion, migrations: [Int])] {
    let distances = distances(to: goal)
    return versions.indices.compactMap { version in
      let choices = choices(from: version, to: goal, distances)
      return choices.count > 1 ? (versions[version], choices) : nil
    }
  }

  /// The fewest edges from each version to the goal; nil where there is no path.
  private func distances(to goal: FormatVersion) -> [Int?] {
    var distances = [Int?](repeating: nil, count: versions.count)
    guard let goal = indices[goal] else { return distances }
    distances[goal] = 0
    var layer = [goal]
    var distance = 0
    while !layer.isEmpty {
      distance += 1
      var following: [Int] = []
      for version in layer {
        for migration in reaching[version] where distances[ends[migration].from] == nil {
          distances[ends[migration].from] = distance
          following.append(ends[migration].from)
        }
      }
      layer = following
    }
    return distances
  }

  /// The migrations that are equally the best first step; more than one only where the pipeline leaves it open.
  private func choices(from version: Int, to goal: FormatVersion, _ distances: [Int?]) -> [Int] {
    guard let distance = distances[version], distance > 0 else { return [] }
    let shortest = leaving[version].filter { distances[ends[$0].to] == distance - 1 }
    guard let first = shortest.first, let isUp = versions[version].isBelow(goal) else { return shortest }
    var furthest = ends[first].to
    for migration in shortest {
      let candidate = ends[migration].to
      let (nearer, further) = isUp ? (furthest, candidate) : (candidate, furthest)
      if versions[nearer].isBelow(versions[further]) ?? false { furthest = candidate }
    }
    return shortest.filter { ends[$0].to == furthest }
  }

  fileprivate func index(of version: FormatVersion) -> Int? { indices[version] }

  /// Follows a table of next migrations.
  fileprivate func path(from start: FormatVersion, along next: [Int?]) -> [Migration] {
    var path: [Migration] = []
    guard var version = indices[start] else { return [] }
    while let migration = next[version] {
      path.append(migrations[migration])
      version = ends[migration].to
    }
    return path
  }
}

/// The ways of all versions of a format to one goal.
public struct MigrationRoutes: Sendable {
  /// Where all ways end.
  public let goal: FormatVersion
  private let graph: MigrationGraph
  private let next: [Int?]

  fileprivate init(goal: FormatVersion, graph: MigrationGraph, next: [Int?]) {
    self.goal = goal
    self.graph = graph
    self.next = next
  }

  /// Whether any path leads from a version to the goal.
  public func hasPath(from start: FormatVersion) -> Bool {
    start == goal || graph.index(of: start).map { next[$0] != nil } ?? false
  }

  /// The path from a version to the goal, in order; empty from the goal itself.
  ///
  /// - Returns: nil where there is no path.
  public func path(from start: FormatVersion) -> [Migration]? {
    if start == goal { return [] }
    let path = graph.path(from: start, along: next)
    return path.isEmpty ? nil : path
  }
}
