import LosslessJSON

/// A question about one value: that of `when` beside a step, and of the shapes of `detect`.
struct Condition: Sendable {
  enum Test: Sendable {
    /// Whether the pointer resolves, or that it does not.
    case exists(Bool)
    /// As ``JSONValue/isEqual(to:)``; an absent value equals nothing.
    case equals(JSONValue)
    /// An absent value has no type.
    case type(ValueType)
  }

  var pointer: JSONPointer
  var test: Test

  /// - Parameter place: where the pointer begins.
  func holds(at place: JSONValue) -> Bool {
    let value = place.value(at: pointer)
    return switch test {
    case .exists(let expected): (value != nil) == expected
    case .equals(let expected): value?.isEqual(to: expected) ?? false
    case .type(let type): value.map { type.matches($0) } ?? false
    }
  }
}
