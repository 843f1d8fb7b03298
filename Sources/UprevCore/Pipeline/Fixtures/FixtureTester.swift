import LosslessJSON
import UprevReport

/// Holds what a pipeline makes of its fixtures against what it should make of them.
///
/// Of the fixtures of one name, each is what every earlier one of them becomes, and what a later one becomes over a migration
/// that leads down to it: byte for byte.
public struct FixtureTester: Sendable {
  let pipeline: Pipeline
  let fileSystem: any FileSystem
  var trial: FormatTrial
  var folder: FixtureFolder

  public init(_ pipeline: Pipeline, fileSystem: any FileSystem) {
    self.pipeline = pipeline
    self.fileSystem = fileSystem
    folder = FixtureFolder(of: pipeline, fileSystem: fileSystem)
    trial = FormatTrial(of: pipeline, folder)
  }

  /// About files under `fixtures/` that are no fixtures, or cannot be read.
  public var findings: [FindingRecord] { folder.findings }

  /// Every comparison, in the order of the files.
  public func run() -> [FixtureComparison] {
    groups.flatMap { group in
      group.pairs.map { source, expected in
        FixtureComparison(
          format: group.format.name, source: source.file, expected: expected.file, from: source.version,
          to: expected.version, result: compare(source, expected, group.format))
      }
    }
  }

  /// Fixtures that take part in no comparison, though they have a way to go.
  public var unexpected: [PathName] {
    groups.flatMap { group in
      let compared = Set(group.pairs.flatMap { [$0.source.file, $0.expected.file] })
      return group.fixtures.filter { fixture in
        !compared.contains(fixture.file)
          && !(group.format.graph.path(from: fixture.version, to: group.format.current) ?? []).isEmpty
      }.map(\.file)
    }
  }

  private func compare(_ source: Fixture, _ expected: Fixture, _ format: Format) -> FixtureComparison.Result {
    let decision = trial.decide(source.text, of: format, to: expected.version)
    guard decision.from == source.version || decision.error != nil else {
      return .otherVersion(decision.from)
    }
    guard let text = decision.result(of: source.text) else {
      return .notMigrated(decision.outcome, decision.error?.report)
    }
    if text == expected.text { return .equal }
    return .differs(
      actual: text, expected: expected.text,
      onlyInLayout: JSONDifference.first(expected.text, text, format.readingOptions) == nil)
  }

  /// The fixtures that show one document.
  var groups: [FixtureGroup] {
    var groups: [FixtureGroup] = []
    var indices: [FixtureGroup.Key: Int] = [:]
    for fixture in folder.fixtures {
      let key = FixtureGroup.Key(format: fixture.format, name: Array(fixture.name.utf8))
      if let index = indices[key] {
        groups[index].fixtures.append(fixture)
      } else {
        indices[key] = groups.count
        groups.append(FixtureGroup(format: pipeline.formats[fixture.format], fixtures: [fixture]))
      }
    }
    return groups
  }
}

/// One expectation, and what came of it.
public struct FixtureComparison: Sendable {
  public enum Result: Sendable {
    case equal
    /// - Parameter onlyInLayout: whether the values are the same, and only the way they are written is not.
    case differs(actual: JSONText, expected: JSONText, onlyInLayout: Bool)
    /// The source does not become a document of that version.
    case notMigrated(Outcome, ReportError?)
    /// The source's text has another version than its name says.
    case otherVersion(FormatVersion?)
  }

  /// The name of the format.
  public var format: String
  public var source: PathName
  public var expected: PathName
  public var from: FormatVersion
  public var to: FormatVersion
  public var result: Result

  public var isEqual: Bool {
    if case .equal = result { true } else { false }
  }
}

/// The fixtures of one format and one name.
struct FixtureGroup {
  struct Key: Hashable {
    var format: Int
    var name: [UInt8]
  }

  let format: Format
  var fixtures: [Fixture]

  /// Each fixture with each one that it is to become: first those on the way up, in the order of the files.
  var pairs: [(source: Fixture, expected: Fixture)] {
    fixtures.flatMap { source in
      fixtures.filter { leads(from: source.version, to: $0.version) }.map { (source, $0) }
    }
  }

  /// Those that none of the others becomes on the way up: nothing is written over them.
  var sources: [Fixture] {
    fixtures.filter { fixture in
      !fixtures.contains { isLater(fixture.version, than: $0.version) && hasPath($0.version, fixture.version) }
    }
  }

  private func leads(from source: FormatVersion, to expected: FormatVersion) -> Bool {
    if source == expected { return false }
    if isLater(expected, than: source) { return hasPath(source, expected) }
    return format.graph.migrations.contains { $0.from == source && $0.to == expected }
  }

  private func hasPath(_ from: FormatVersion, _ to: FormatVersion) -> Bool {
    format.graph.path(from: from, to: to) != nil
  }

  /// Above, or where versions have no order, nearer to the current one.
  private func isLater(_ version: FormatVersion, than other: FormatVersion) -> Bool {
    if version.isAbove(other) { return true }
    if other.isAbove(version) { return false }
    let routes = format.graph.routes(to: format.current)
    guard let near = routes.path(from: version)?.count, let far = routes.path(from: other)?.count else { return false }
    return near < far
  }
}
