import LosslessJSON

// Every English sentence about steps that fail, and only here. None says its place: a failure has a pointer.

extension StepFailure {
  // MARK: Places

  static func absent(_ pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message:
        "there is nothing at \(quoted(pointer)); where it may be absent, put `when: {at: \(pointer), exists: true}` "
        + "beside the step", pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func absentParent(_ parent: JSONPointer, of pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message: "nothing can be at \(quoted(pointer)), because \(quoted(parent)) is absent; add that first",
      pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func scalarParent(_ parent: JSONValue, of pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message:
        "nothing can be at \(quoted(pointer)), because what should hold it is \(shown(parent)); change that first, "
        + "or leave such documents out with `when`", pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func notAnIndex(_ token: String, of pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message:
        "\(quoted(pointer)) leads into an array, where `\(shortened(token))` is no index; indices are digits without a "
        + "leading zero, and `-` the end", pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func indexOutOfRange(
    _ index: Int, count: Int, of pointer: JSONPointer, from place: JSONValue
  ) -> StepFailure {
    StepFailure(
      message: "\(quoted(pointer)) leads past the end of an array of \(count) elements; `-` is its end",
      pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func placeRemoved(_ place: JSONValue) -> StepFailure {
    StepFailure(message: "a document or an element cannot lose itself; replace it instead", pointer: place.pointer)
  }

  static func testFailed(_ found: JSONValue, expected: JSONValue) -> StepFailure {
    StepFailure(
      message:
        "the value is \(shown(found)), and the step demands \(shown(expected)); leave such documents out with `when`",
      pointer: found.pointer)
  }

  static func defaultInArray(_ pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message: "\(quoted(pointer)) leads into an array, and a default is for a member of an object; use `add`",
      pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func notAMember(_ pointer: JSONPointer, from place: JSONValue) -> StepFailure {
    StepFailure(
      message: "\(quoted(pointer)) is no member of an object, and only those have names",
      pointer: place.pointer.appending(contentsOf: pointer))
  }

  static func nameTaken(_ name: String, _ value: JSONValue) -> StepFailure {
    StepFailure(
      message: "the object has a member `\(shortened(name))` already; remove one of the two first",
      pointer: value.pointer)
  }

  static func nothingToGoThrough(_ value: JSONValue) -> StepFailure {
    StepFailure(
      message: "`each` goes through an array or an object, not \(shown(value)); leave such documents out with `when`",
      pointer: value.pointer)
  }

  // MARK: Conversions

  static func notANumber(_ value: JSONValue) -> StepFailure {
    let remedy =
      value.kind == .string ? "convert it with `as: number` first" : "leave such documents out with `when: {type: …}`"
    return StepFailure(
      message: "arithmetic needs a finite number, not \(shown(value)); \(remedy)", pointer: value.pointer)
  }

  static func notConvertible(_ value: JSONValue, to target: ConvertStep.Target) -> StepFailure {
    let what =
      switch target {
      case .string: "text; only numbers are written as such"
      case .number: "a number; numbers and texts that are JSON numbers can be converted"
      case .integer: "an integer of at most \(JSONDecimal.maximumDigits) digits exactly"
      }
    return StepFailure(message: "\(shown(value)) cannot be made \(what)", pointer: value.pointer)
  }

  static func arithmetic(_ error: JSONArithmeticError, _ value: JSONValue) -> StepFailure {
    let what =
      switch error {
      case .tooManyDigits:
        "the exact result has more than \(JSONDecimal.maximumDigits) digits; leave such documents out with `when`"
      case .divisionByZero: "nothing can be divided by zero"
      case .endlessQuotient: "the quotient has no end; say with `digits: N` how many places after the point are kept"
      }
    return StepFailure(message: "\(shown(value)) cannot be converted: \(what)", pointer: value.pointer)
  }

  // MARK: Gathered values

  static func notGathered(_ name: String) -> StepFailure {
    StepFailure(message: "nothing was gathered under `\(shortened(name))`", pointer: .root)
  }

  static func gatheredNoNumber(_ name: String, _ value: JSONValue) -> StepFailure {
    let why = value.kind == .null ? "no document has a number there" : "it is \(shown(value))"
    return StepFailure(message: "what was gathered as `\(shortened(name))` is no number: \(why)", pointer: .root)
  }

  static func impossibleValue() -> StepFailure {
    StepFailure(message: "the value with what was gathered in it cannot be written", pointer: .root)
  }

  // MARK: Texts

  static func changesCollide(_ error: JSONEditError) -> StepFailure {
    StepFailure(message: "the changes that the step makes collide (\(error)); divide it into several steps")
  }

  static func impossibleEdit(_ error: JSONEditError) -> StepFailure {
    StepFailure(message: "the change cannot be made (\(error))")
  }

  static func changedElsewhere() -> StepFailure {
    StepFailure(message: "the step changed more than the value it was given; write it for the whole document")
  }

  static func tooLarge(limit: Int) -> StepFailure {
    StepFailure(
      message: "the document would have more than \(limit) bytes, sixteen times what it had or 4 MiB; copy less of it",
      pointer: .root)
  }

  static func invalidResult(_ error: JSONError) -> StepFailure {
    StepFailure(
      message: "the document cannot be read after the step: \(error.message)", pointer: error.pointer)
  }

  // MARK: Parts of sentences

  private static let longestShown = 40

  private static func quoted(_ pointer: JSONPointer) -> String { "`\(shortened(pointer.description))`" }

  private static func shortened(_ text: String) -> String {
    text.utf8.count <= longestShown * 4 ? text : String(text.prefix(longestShown)) + "…"
  }

  /// A value as it is written, if that is short.
  private static func shown(_ value: JSONValue) -> String {
    switch value.kind {
    case .object: return "an object"
    case .array: return "an array"
    default:
      let literal = value.literal
      if literal.count <= longestShown { return String(decoding: literal, as: UTF8.self) }
      return String(decoding: literal.prefix(longestShown), as: UTF8.self) + "…"
    }
  }
}

extension JSONPointer {
  func appending(contentsOf other: JSONPointer) -> JSONPointer { JSONPointer(tokens: tokens + other.tokens) }
}
