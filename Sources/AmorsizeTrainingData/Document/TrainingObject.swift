import LosslessJSON

/// Why a file holds no training data, in words for people.
struct Damage: Error {
  var reason: String
}

/// An object of training data, whose members are read by type.
struct TrainingObject {
  private let value: JSONValue

  /// nil for any kind but an object.
  init?(_ value: JSONValue) {
    guard value.kind == .object else { return nil }
    self.value = value
  }

  subscript(name: String) -> JSONValue? { value[member: name] }

  /// - Throws: ``Damage`` where the member is missing or cannot be read.
  func required<Result>(_ name: String, _ read: (JSONValue) -> Result?) throws(Damage) -> Result {
    guard let result = try present(name, read) else { throw Damage(reason: TrainingDataWords.missing(name)) }
    return result
  }

  /// nil where there is no such member.
  /// - Throws: ``Damage`` where it cannot be read; `null` can be read as nothing.
  func present<Result>(_ name: String, _ read: (JSONValue) -> Result?) throws(Damage) -> Result? {
    guard let member = self[name] else { return nil }
    guard let result = read(member) else { throw Damage(reason: TrainingDataWords.wrongType(name)) }
    return result
  }

  /// nil where there is no such member, and where it is `null`.
  /// - Throws: ``Damage`` where it cannot be read.
  func optional<Result>(_ name: String, _ read: (JSONValue) -> Result?) throws(Damage) -> Result? {
    if self[name]?.kind == .null { return nil }
    return try present(name, read)
  }

  // MARK: Readers

  /// An integral number, however it is written, that `Int` holds.
  static func integer(_ value: JSONValue) -> Int? { value.number?.int }

  /// A number, `NaN` and the infinities included, as the nearest `Double`.
  static func number(_ value: JSONValue) -> Double? {
    switch value.kind {
    case .number, .nonFinite: Double(text(value))
    default: nil
    }
  }

  static func string(_ value: JSONValue) -> String? { value.string }

  static func bool(_ value: JSONValue) -> Bool? { value.bool }

  /// The value as it is written.
  static func text(_ value: JSONValue) -> String { String(decoding: value.literal, as: UTF8.self) }
}
