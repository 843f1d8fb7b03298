import LosslessJSON

/// A JSON text that is one object: what every version of training data is.
struct TrainingDocument {
  private let json: IndexedJSON
  let root: TrainingObject

  /// - Throws: ``TrainingDataTextError``
  init(_ text: JSONText) throws(TrainingDataTextError) {
    do {
      // Python writes NaN and the infinities, and so does the reference.
      json = try IndexedJSON(scanning: text, options: JSONReadingOptions(allowsNonFinite: true))
    } catch {
      throw .json(error)
    }
    guard let root = TrainingObject(json.root) else { throw .notAnObject }
    self.root = root
  }

  /// What the member `version` says. Literals are shortened for people.
  enum Version: Hashable {
    /// 1 to the current version.
    case known(Int)
    case newer(String)
    /// An integer below 1.
    case unknown(String)
    /// No integer.
    case invalid(String)
  }

  var version: Version {
    guard let member = root["version"] else { return .known(mlTrainingDataVersionIfMissing) }
    let literal = Self.shortened(TrainingObject.text(member))
    guard let number = member.number, number.isIntegral else { return .invalid(literal) }
    if number > JSONDecimal(mlTrainingDataVersion) { return .newer(literal) }
    guard let version = number.int, version >= mlTrainingDataVersionIfMissing else { return .unknown(literal) }
    return .known(version)
  }

  /// The text with `version` as its last member, or in the place of the version that it has.
  /// - Throws: ``TrainingDataTextError/edit(_:)``
  func settingVersion(_ version: Int) throws(TrainingDataTextError) -> JSONText {
    do throws(JSONEditError) {
      let splice = try json.settingMember("version", to: .integer(version), in: json.root)
      return try json.applying([splice])
    } catch {
      throw .edit(error)
    }
  }

  private static func shortened(_ literal: String) -> String {
    literal.count <= 40 ? literal : literal.prefix(40) + "…"
  }
}
