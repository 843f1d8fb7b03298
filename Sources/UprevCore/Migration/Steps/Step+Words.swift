import LosslessJSON

// Steps in the words of a pipeline file, one line each, for people.

extension AddStep { var name: String { "add \(StepWords.shown(path)): \(StepWords.shown(value.value))" } }
extension RemoveStep { var name: String { "remove \(StepWords.shown(path))" } }
extension ReplaceStep { var name: String { "replace \(StepWords.shown(path)): \(StepWords.shown(value.value))" } }
extension MoveStep { var name: String { "move \(StepWords.shown(from)) to \(StepWords.shown(path))" } }
extension CopyStep { var name: String { "copy \(StepWords.shown(from)) to \(StepWords.shown(path))" } }
extension TestStep { var name: String { "test \(StepWords.shown(path)): \(StepWords.shown(value.value))" } }
extension DefaultStep { var name: String { "default \(StepWords.shown(at)): \(StepWords.shown(value.value))" } }
extension RenameStep { var name: String { "rename \(StepWords.shown(at)) to \(StepWords.shortened(self.newName))" } }

extension EachStep {
  var name: String { "each \(StepWords.shown(at)): \(StepWords.shortened(steps.map(\.name).joined(separator: "; ")))" }
}

extension WhenStep {
  var name: String {
    let test =
      switch condition.test {
      case .exists(let expected): expected ? "exists" : "is absent"
      case .equals(let value): "is \(StepWords.shown(value))"
      case .type(let type): "is of type \(type.rawValue)"
      }
    return "\(step.name), when \(StepWords.shown(condition.pointer)) \(test)"
  }
}

extension ConvertStep {
  var name: String {
    var parts: [String] = []
    if let multiply = arithmetic.multiply { parts.append("multiply \(StepWords.shown(multiply))") }
    if let divide = arithmetic.divide { parts.append("divide \(StepWords.shown(divide))") }
    if let digits = arithmetic.digits { parts.append("digits \(digits)") }
    if let add = arithmetic.add { parts.append("add \(StepWords.shown(add))") }
    if let subtract = arithmetic.subtract { parts.append("subtract \(StepWords.shown(subtract))") }
    if let target { parts.append("as \(target.rawValue)") }
    return "convert \(StepWords.shown(at)): " + parts.joined(separator: ", ")
  }
}

extension JqStep {
  var name: String {
    "jq \(StepWords.shortened(program.split(whereSeparator: \.isNewline).joined(separator: " ")))"
  }
}

extension ExecStep {
  var name: String { "exec \(StepWords.shortened(command.words.joined(separator: " ")))" }
}

private enum StepWords {
  private static let longest = 100

  static func shown(_ pointer: JSONPointer) -> String {
    pointer.tokens.isEmpty ? "\"\"" : shortened(pointer.description)
  }

  static func shown(_ operand: ConvertStep.Operand) -> String {
    switch operand {
    case .number(let number): shortened(number.description)
    case .gathered(let name): "gathered \(shortened(name))"
    }
  }

  static func shown(_ value: JSONValue) -> String {
    shortened(String(decoding: value.literal.prefix(longest + 1), as: UTF8.self))
  }

  /// In one line.
  static func shortened(_ text: String) -> String {
    let line = String(text.prefix(longest + 1).map { $0.isNewline ? " " : $0 })
    return line.count > longest ? line.prefix(longest) + "…" : line
  }
}
