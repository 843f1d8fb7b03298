import LosslessJSON

/// The migrations of training data, from version to version. Pure functions from text to text: what they are given is never
/// modified, and of what they return every byte that did not have to change is as it was.
public enum TrainingDataMigration {
  /// One step of the chain, from its version to the next.
  private typealias Step = @Sendable (JSONText) throws(TrainingDataTextError) -> JSONText

  /// The step from each version to the next.
  private static let steps: [Int: Step] = [1: migrateV1ToV2]

  /// Brings a text to the current version: the reference's `_migrate_training_data`.
  ///
  /// A text without a version is version 1. One that is current already is returned as it is, and so is one whose version is
  /// newer, unknown, or no version at all. An integer counts by its value: `2.0` is 2; `true` and `"2"` are no versions.
  /// - Parameters:
  ///   - text: one JSON text, an object; `NaN`, `Infinity` and `-Infinity` are allowed.
  ///   - verbose: whether `messages` is told what is done, or why nothing can be done.
  ///   - messages: takes the lines; by default they go to standard error.
  /// - Throws: ``TrainingDataTextError`` where the text is not one JSON object with different member names.
  public static func migrate(
    _ text: JSONText, verbose: Bool = false, messages: MessageSink = TrainingDataStore.standardError
  ) throws(TrainingDataTextError) -> JSONText {
    let first: Int
    switch try TrainingDocument(text).version {
    case .known(mlTrainingDataVersion): return text
    case .known(let version): first = version
    case .newer(let literal):
      if verbose { messages(TrainingDataWords.newer(literal)) }
      return text
    case .unknown(let literal):
      if verbose { messages(TrainingDataWords.unknown(literal)) }
      return text
    case .invalid(let literal):
      if verbose { messages(TrainingDataWords.invalid(literal)) }
      return text
    }
    var (version, result) = (first, text)
    while version < mlTrainingDataVersion, let step = steps[version] {
      if verbose { messages(TrainingDataWords.migrating(from: version, to: version + 1)) }
      result = try step(result)
      version += 1
    }
    if verbose { messages(TrainingDataWords.migrated(from: first, to: version)) }
    return result
  }

  /// The single step from version 1 to 2: the reference's `_migrate_training_data_v1_to_v2`.
  ///
  /// The text gets `"version": 2` as its last member; a version that it has already, whatever it is, is replaced where it
  /// stands. What Python's `json.dump(data, file, indent=2)` wrote becomes what it would write after `data["version"] = 2`.
  /// - Throws: ``TrainingDataTextError`` where the text is not one JSON object with different member names.
  public static func migrateV1ToV2(_ text: JSONText) throws(TrainingDataTextError) -> JSONText {
    try TrainingDocument(text).settingVersion(2)
  }
}

/// Why a text is no training data that could be migrated.
public enum TrainingDataTextError: Error, Hashable, Sendable {
  /// Not one JSON text, or an object in it has two members of one name.
  case json(JSONError)
  /// JSON, but no object.
  case notAnObject
  /// The change did not fit the text.
  case edit(JSONEditError)
}
