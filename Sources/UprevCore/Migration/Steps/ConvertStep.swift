import LosslessJSON

/// Exact decimal arithmetic on a number, and changes of a scalar's type. A value that stays the same keeps its literal.
struct ConvertStep: Step {
  /// Arithmetic comes in this order, then the type.
  struct Arithmetic: Sendable {
    var multiply: Operand?
    var divide: Operand?
    /// Places after the point that an endless quotient is rounded to; nil: it is a failure.
    var digits: Int?
    var add: Operand?
    var subtract: Operand?
    var isEmpty: Bool { multiply == nil && divide == nil && add == nil && subtract == nil }
  }

  /// A number of the pipeline, or one that was gathered.
  enum Operand: Sendable {
    case number(JSONDecimal)
    case gathered(String)

    func value(_ gathered: GatheredValues?) throws(StepFailure) -> JSONDecimal {
      switch self {
      case .number(let number): return number
      case .gathered(let name):
        guard let value = gathered?[name] else { throw .notGathered(name) }
        guard let number = value.number else { throw .gatheredNoNumber(name, value) }
        return number
      }
    }
  }

  enum Target: String, CaseIterable, Sendable {
    case string
    case number
    case integer
  }

  let at: JSONPointer
  let arithmetic: Arithmetic
  let target: Target?

  func apply(to batch: inout StepBatch) {
    batch.editGathered { (place, editor, gathered) throws(StepFailure) in
      let value = try StepLocation.value(at: at, from: place)
      guard let literal = try converted(value, gathered), !literal.utf8.elementsEqual(value.literal) else { return [] }
      let fragment: JSONFragment
      do throws(JSONError) {
        fragment = try .literal(literal)
      } catch {
        throw .invalidResult(error)
      }
      do throws(JSONEditError) {
        return [try editor.replacing(value, with: fragment)]
      } catch {
        throw .impossibleEdit(error)
      }
    }
  }

  /// - Returns: nil where the value stays as it is.
  private func converted(_ value: JSONValue, _ gathered: GatheredValues?) throws(StepFailure) -> String? {
    var literal: String?
    if !arithmetic.isEmpty {
      guard let number = value.number else { throw .notANumber(value) }
      let result = try computed(number, value, gathered)
      if result != number {
        // An integer stays written as one: other programs read `1e30` as a float.
        let isInteger = Self.isInteger(String(decoding: value.literal, as: UTF8.self))
        literal = (isInteger ? result.integerLiteral : nil) ?? result.description
      }
    }
    switch target {
    case nil: return literal
    case .string:
      if let literal { return "\"\(literal)\"" }
      switch value.kind {
      case .string: return nil
      case .number: return "\"" + String(decoding: value.literal, as: UTF8.self) + "\""
      default: throw .notConvertible(value, to: .string)
      }
    case .number:
      if let literal { return literal }
      return value.kind == .number ? nil : try self.literal(in: value, .number)
    case .integer:
      let written: String
      if let literal { written = literal } else { written = try self.literal(in: value, .integer) }
      guard let integer = JSONDecimal(literal: written.utf8)?.integerLiteral else {
        throw .notConvertible(value, to: .integer)
      }
      // `-0` is an integer as it stands.
      return Self.isInteger(written) ? literal == nil && value.kind == .number ? nil : written : integer
    }
  }

  private func computed(
    _ number: JSONDecimal, _ value: JSONValue, _ gathered: GatheredValues?
  ) throws(StepFailure) -> JSONDecimal {
    let multiply = try arithmetic.multiply?.value(gathered)
    let divide = try arithmetic.divide?.value(gathered)
    let add = try arithmetic.add?.value(gathered)
    let subtract = try arithmetic.subtract?.value(gathered)
    var result = number
    do throws(JSONArithmeticError) {
      if let multiply { result = try result.multiplied(by: multiply) }
      if let divide { result = try result.divided(by: divide, roundingTo: arithmetic.digits) }
      if let add { result = try result.adding(add) }
      if let subtract { result = try result.adding(subtract.multiplied(by: JSONDecimal(-1))) }
    } catch {
      throw .arithmetic(error, value)
    }
    return result
  }

  /// The number that a number or a string is written as.
  private func literal(in value: JSONValue, _ target: Target) throws(StepFailure) -> String {
    if value.kind == .number { return String(decoding: value.literal, as: UTF8.self) }
    guard let bytes = value.unescapedBytes, JSONDecimal(literal: bytes) != nil else {
      throw .notConvertible(value, to: target)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isInteger(_ literal: String) -> Bool {
    literal.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
  }
}
