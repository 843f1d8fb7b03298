import LosslessJSON

extension PipelineDecoder {
  mutating func convertStep(_ node: YAMLNode) -> (any Step)? {
    let actions = ["multiply", "divide", "add", "subtract", "as"]
    guard let fields = fields(of: node, "`convert`", required: ["at"], optional: actions + ["digits"]) else {
      return nil
    }
    let faultCount = faults.count
    let at = fields["at"].flatMap { pointer($0.value, "`at`") }
    var arithmetic = ConvertStep.Arithmetic()
    arithmetic.multiply = fields["multiply"].flatMap { operand($0.value, "`multiply`") }
    arithmetic.divide = fields["divide"].flatMap { operand($0.value, "`divide`") }
    arithmetic.add = fields["add"].flatMap { operand($0.value, "`add`") }
    arithmetic.subtract = fields["subtract"].flatMap { operand($0.value, "`subtract`") }
    if let divide = fields["divide"], case .number(let number) = arithmetic.divide, number.isZero {
      note(.divisionByZero(), at: divide.value.mark)
    }
    if let digits = fields["digits"] {
      arithmetic.digits = places(digits.value)
      if fields["divide"] == nil { note(.digitsAlone(), at: digits.key.mark) }
    }
    let target = fields["as"].flatMap { word($0.value, "`as`", ConvertStep.Target.self) }
    // A slip in one of them has been told already.
    if !actions.contains(where: { fields[$0] != nil }), faults.count == faultCount,
      case .mapping(let pairs) = node.content, pairs.count <= 1
    {
      note(.noTest(actions, of: "`convert`"), at: node.mark)
    }
    guard let at, faults.count == faultCount, !arithmetic.isEmpty || target != nil else { return nil }
    return ConvertStep(at: at, arithmetic: arithmetic, target: target)
  }

  private mutating func operand(_ node: YAMLNode, _ what: String) -> ConvertStep.Operand? {
    if let name = gatheredName(node) { return knownGathered(name, at: node.mark).map { .gathered($0) } }
    guard case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind else {
      note(.wrongType(what, expected: .number, found: node), at: node.mark)
      return nil
    }
    do {
      return .number(try number.multiplied(by: JSONDecimal(1)))
    } catch {
      note(.operandTooLong(what), at: node.mark)
      return nil
    }
  }

  private mutating func places(_ node: YAMLNode) -> Int? {
    if case .scalar(let scalar) = node.content, case .number(let number) = scalar.kind, let places = number.int,
      (0...JSONDecimal.maximumDigits).contains(places)
    {
      return places
    }
    note(.invalidDigits(found: node), at: node.mark)
    return nil
  }
}
