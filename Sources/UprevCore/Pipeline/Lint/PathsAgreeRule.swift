import LosslessJSON
import UprevReport

/// Migrations that skip versions: they must make what the path makes that they replace, by value.
struct PathsAgreeRule: LintRule {
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    subject.triedFormats.flatMap { format, outline, fixtures in
      format.graph.migrations.enumerated().flatMap { index, edge in
        check(
          edge, of: format, fixtures.filter { $0.version == edge.from }, at: outline.place(ofMigration: index), subject,
          context)
      }
    }
  }

  private func check(
    _ edge: Migration, of format: Format, _ fixtures: [Fixture], at mark: YAMLMark, _ subject: LintSubject,
    _ context: LintContext
  ) -> [FindingRecord] {
    // First, as a graph of thousands of edges is looked through for each edge that goes on.
    guard !fixtures.isEmpty else { return [] }
    // What schemas say of either result is another rule's.
    var direct = format
    direct.validation = ValidationPolicy(before: .off, after: .off)
    var composed = direct
    composed.graph = format.graph.without(edge)
    guard let path = composed.graph.path(from: edge.from, to: edge.to), path.count > 1 else {
      return []
    }
    let texts = fixtures.map(\.text)
    // The path may be preferred to the edge only where both are one edge long, and it is not.
    let directly = context.trial.decide(texts, of: direct, to: edge.to)
    let stepwise = context.trial.decide(texts, of: composed, to: edge.to)
    return zip(fixtures, zip(directly, stepwise)).compactMap { fixture, decisions in
      let (one, other) = (decisions.0.result(of: fixture.text), decisions.1.result(of: fixture.text))
      // Two paths that both fail make the same: nothing.
      if one == nil, other == nil { return nil }
      if let one, let other, let difference = JSONDifference.first(one, other, format.readingOptions) {
        return .pathsDiffer(
          edge, path, fixture, at: difference, format: format.name, subject.pipeline.file, mark)
      }
      if one != nil, other != nil { return nil }
      return .onePathFails(
        edge, path, fixture, directFails: one == nil, error: decisions.0.error ?? decisions.1.error,
        format: format.name, subject.pipeline.file, mark)
    }
  }
}

extension MigrationGraph {
  /// The same graph without one edge; it still knows every version.
  func without(_ edge: Migration) -> MigrationGraph {
    MigrationGraph(migrations.filter { $0.from != edge.from || $0.to != edge.to }, known: knownVersions)
  }
}
