/// Which migrations gather something on the ways that documents of a run take, and in which order that can be done.
struct GatherPlan: Sendable {
  /// A migration of one format that gathers something before its steps run.
  struct Edge: Sendable {
    /// Index into the run's formats.
    var format: Int
    var migration: Migration
    var gathering: Gathering

    var key: Key { Key(format: format, ends: MigrationKey(migration)) }
  }

  struct Key: Hashable, Sendable {
    var format: Int
    var ends: MigrationKey
  }

  /// In the pipelines' order.
  let edges: [Edge]
  /// For each edge those that stand before it on some document's way.
  private let earlier: [Key: Set<Key>]

  /// - Parameters:
  ///   - formats: the run's.
  ///   - targets: by format index the version to bring documents to, where it is not the format's current one.
  ///   - leftAlone: formats whose documents are none of the run's business.
  init(_ formats: [Format], targets: [Int: FormatVersion], leftAlone: Set<Int>) {
    var edges: [Edge] = []
    var earlier: [Key: Set<Key>] = [:]
    for (index, format) in formats.enumerated()
    where !leftAlone.contains(index) && format.graph.migrations.contains(where: \.needsGathered) {
      let routes = format.graph.routes(to: targets[index] ?? format.current)
      var used: Set<Key> = []
      for version in format.graph.knownVersions {
        var before: Set<Key> = []
        for migration in routes.path(from: version) ?? [] where migration.needsGathered {
          let key = Key(format: index, ends: MigrationKey(migration))
          used.insert(key)
          earlier[key, default: []].formUnion(before)
          before.insert(key)
        }
      }
      for migration in format.graph.migrations {
        guard let gathering = migration.gathering,
          used.remove(Key(format: index, ends: MigrationKey(migration))) != nil
        else { continue }
        edges.append(Edge(format: index, migration: migration, gathering: gathering))
      }
    }
    self.edges = edges
    self.earlier = earlier
  }

  /// Those of which every document can be seen once `known` are known: none of the others stands before them.
  func next(known: Set<Key>) -> [Edge] {
    edges.filter { edge in
      !known.contains(edge.key) && (earlier[edge.key] ?? []).subtracting(known).isEmpty
    }
  }
}
