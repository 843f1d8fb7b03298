import LosslessJSON

/// The part of a first pass that belongs to documents: takes each as far as the first migration whose values are not known
/// yet, and notes what that gathers. Pure but for programs, like a ``Decider``.
struct GatherDecider: Sendable {
  let stages: [FormatStages]
  /// What this pass gathers, by format and migration, with its number.
  let wanted: [GatherPlan.Key: Int]
  /// Everything that is not known yet, wanted or not.
  let unknown: Set<GatherPlan.Key>
  let edges: [GatherPlan.Edge]

  /// What some documents contribute.
  struct Part: Sendable {
    /// By the number of the migration.
    var tallies: [Int: EdgeTally] = [:]
    /// For programs, in the order of the documents.
    var lines: [Line] = []
  }

  /// One migration's.
  struct EdgeTally: Sendable {
    var documents = 0
    /// One for each statistic.
    var tallies: [GatherTally]

    init(_ gathering: Gathering) {
      tallies = gathering.statistics.map { GatherTally($0.statistic) }
    }

    mutating func add(_ document: IndexedJSON, _ gathering: Gathering) {
      documents += 1
      for (index, statistic) in gathering.statistics.enumerated() {
        tallies[index].add(document.value(at: statistic.pointer))
      }
    }

    mutating func merge(_ other: EdgeTally) {
      documents += other.documents
      for index in tallies.indices where index < other.tallies.count { tallies[index].merge(other.tallies[index]) }
    }
  }

  /// One document for a program.
  struct Line: Sendable {
    /// The number of the migration.
    var edge: Int
    var key: DocumentKey
    var text: [UInt8]
  }

  /// Documents on the way to one migration.
  private struct Group: Hashable {
    var format: Int
    var version: FormatVersion
  }

  func gather(_ documents: [Document]) -> Part {
    var groups: [Group: (edge: Int, prefix: [Migration], members: [(index: Int, pending: PendingMigration)])] = [:]
    var met = [MetPaths](repeating: MetPaths(), count: stages.count)
    for (index, document) in documents.enumerated() {
      guard let format = document.reference.format, stages.indices.contains(format) else { continue }
      var decision = Decision(reference: document.reference, outcome: .unmatched)
      guard let pending = stages[format].begin(document.text, &decision, &met[format]) else { continue }
      let group = Group(format: format, version: pending.path.start)
      if groups[group] == nil {
        guard let (edge, prefix) = goal(of: pending.path.migrations, format) else { continue }
        groups[group] = (edge, prefix, [])
      }
      groups[group]?.members.append((index, pending))
    }
    var part = Part()
    var lines: [(index: Int, line: Line)] = []
    for (group, work) in groups {
      let gathering = edges[work.edge].gathering
      let outcomes = stages[group.format].migrator.migrate(
        work.members.map(\.pending.source), keys: work.members.map(\.pending.key), along: work.prefix)
      var tally = part.tallies.removeValue(forKey: work.edge) ?? EdgeTally(gathering)
      for (member, outcome) in zip(work.members, outcomes) {
        // One that fails on the way is decided, and reported, by the pass that follows.
        guard case .success(let document) = outcome.result else { continue }
        tally.add(document, gathering)
        if !gathering.programs.isEmpty {
          let source = documents[member.index]
          lines.append(
            (
              member.index,
              Line(
                edge: work.edge, key: DocumentKey(path: source.reference.path, text: source.text),
                text: document.root.oneLine)
            ))
        }
      }
      part.tallies[work.edge] = tally
    }
    part.lines = lines.sorted { $0.index < $1.index }.map(\.line)
    return part
  }

  /// The first migration of a path that is not known, if it is wanted, and what stands before it.
  private func goal(of path: [Migration], _ format: Int) -> (edge: Int, prefix: [Migration])? {
    for (position, migration) in path.enumerated() {
      let key = GatherPlan.Key(format: format, ends: MigrationKey(migration))
      guard unknown.contains(key) else { continue }
      return wanted[key].map { ($0, Array(path[..<position])) }
    }
    return nil
  }
}
