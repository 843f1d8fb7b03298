import LosslessJSON
import UprevReport

/// What migrations would have gathered, for the fixtures of one format: `fixtures/FORMAT/gathered.json`.
///
///     [{"from": 2, "to": 3, "values": {"low": 0}, "documents": {"NAME": {"group": 1}}}]
///
/// `values` are those of all documents; under `documents`, by the names of fixtures, stands what programs would have answered.
enum GatheredFixtures {
  static let fileName = "gathered.json"

  /// One migration's, as the file has it.
  struct Entry: Sendable {
    var migration: Migration
    var shared: [String: JSONValue]
    var documents: [String: [String: [UInt8]]]
  }

  /// - Returns: nil where the text is not that.
  static func entries(_ text: JSONText, of format: Format) -> [Entry]? {
    let options = JSONReadingOptions(allowsNonFinite: format.allowsNonFinite)
    guard let root = try? IndexedJSON(scanning: text, options: options).root, root.kind == .array else { return nil }
    var entries: [Entry] = []
    for element in root.elements {
      guard let from = element[member: "from"]?.versionText, let to = element[member: "to"]?.versionText,
        let migration = format.graph.migrations.first(where: {
          $0.from.description == from && $0.to.description == to && $0.gathering != nil
        })
      else { return nil }
      var entry = Entry(migration: migration, shared: [:], documents: [:])
      for (name, value) in element[member: "values"].map({ Array($0.members) }) ?? [] {
        entry.shared[name.string] = value
      }
      for (name, values) in element[member: "documents"].map({ Array($0.members) }) ?? [] {
        var answers: [String: [UInt8]] = [:]
        for (answer, value) in values.members { answers[answer.string] = value.oneLine }
        entry.documents[name.string] = answers
      }
      entries.append(entry)
    }
    return entries
  }

  /// What the steps of the format's migrations see for its fixtures: of the file, otherwise of the file of values that the
  /// pipeline names.
  static func gathered(_ entries: [Entry], _ fixtures: [Fixture], of format: Format) -> GatheredFormat {
    var values: [MigrationKey: GatheredFormat.Values] = [:]
    for migration in format.graph.migrations {
      guard let gathering = migration.gathering else { continue }
      let key = MigrationKey(migration)
      let entry = entries.first { MigrationKey($0.migration) == key }
      let given = gathering.given.map { SharedGatheredValues($0).values } ?? [:]
      let shared = given.merging(entry?.shared ?? [:]) { _, own in own }
      // A name without a value would be null to a jq program.
      guard gathering.statistics.allSatisfy({ shared[$0.name] != nil }) else { continue }
      var answers: FixtureAnswers?
      if !gathering.programs.isEmpty {
        var byKey: [DocumentKey: [String: [UInt8]]] = [:]
        for fixture in fixtures {
          byKey[DocumentKey(path: PathName(""), text: fixture.text)] = entry?.documents[fixture.name]
        }
        answers = FixtureAnswers(byKey: byKey)
      }
      values[key] = GatheredFormat.Values(shared: SharedGatheredValues(shared), answers: answers)
    }
    return GatheredFormat(values)
  }
}

/// What programs would have answered, by document.
private struct FixtureAnswers: GatheredAnswers {
  let byKey: [DocumentKey: [String: [UInt8]]]

  func answer(_ name: String, for key: DocumentKey) -> [UInt8]? { byKey[key]?[name] }
}
