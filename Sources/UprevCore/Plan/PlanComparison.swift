import UprevReport

/// Holds what becomes of documents against a plan, in the order of discovery. What was not planned does not happen:
///
/// - a document that would be migrated is, if the plan has it with these two texts;
/// - where its text, or what it comes to, is another one, it is rejected;
/// - where the plan does not have it, it is skipped.
///
/// Documents of one path (an archive can have several) are compared in order: the first that would be migrated with the first
/// planned one. Whatever is not to be migrated needs no plan. It is used by one thread at a time.
final class PlanComparison {
  private let plan: Plan
  private let target: Int
  /// Of paths with several documents: the next planned one, by the first; `PlanIndex.Number.max` after the last.
  private var next: [PlanIndex.Number: PlanIndex.Number] = [:]
  /// Planned documents that have met theirs.
  private var met: BitSet
  /// First planned documents whose path was met with a document that is not to be migrated.
  private var present: BitSet

  init(_ plan: Plan, target: Int) {
    self.plan = plan
    self.target = target
    let numbers = plan.numbers(ofTarget: target)
    met = BitSet(numbers)
    present = BitSet(numbers)
  }

  /// The element with what becomes of its document by the plan.
  func compare(_ element: DecidedElement) -> DecidedElement {
    switch element {
    case .document(let document, let decision): .document(document, compare(decision))
    case .decision(let decision): .decision(compare(decision))
    case .passthrough: element
    }
  }

  /// What becomes of a document by the plan.
  func compare(_ decision: Decision) -> Decision {
    let index = plan.index
    let first = index.first(decision.reference.path, target: target)
    guard decision.outcome == .migrated else {
      if let first { present.insert(Int(first)) }
      return decision
    }
    guard let first, let planned = advance(first) else { return decision.notPlanned }
    met.insert(Int(planned))
    return decision.agreeing(
      index.compare(planned, sha256Before: decision.sha256Before ?? [], sha256After: decision.sha256After ?? []))
  }

  /// What becomes of a document that was compared before, and was changed and decided anew since. Any thread may ask.
  static func compareAgain(_ decision: Decision, _ plan: Plan, target: Int) -> Decision {
    guard decision.outcome == .migrated else { return decision }
    var planned = plan.index.first(decision.reference.path, target: target)
    while let number = planned {
      let agreement = plan.index.compare(
        number, sha256Before: decision.sha256Before ?? [], sha256After: decision.sha256After ?? [])
      if agreement == .same { return decision }
      planned = plan.index.next(number)
    }
    return decision.rejected(.changedSincePlan)
  }

  /// Calls back with the planned documents of the target whose path was not met, in the order of the plan. Asked for when
  /// everything was.
  ///
  /// - Throws: ``PlanError`` where the plan's file is not what it was; what `body` throws.
  func forEachGone(_ body: (PathName) throws -> Void) throws {
    let isGone = { (number: PlanIndex.Number) -> Bool in
      if self.met.contains(Int(number)) { return false }
      return self.plan.index.first(like: number).map { !self.present.contains(Int($0)) } ?? false
    }
    let numbers = plan.numbers(ofTarget: target)
    guard numbers.contains(where: { isGone(PlanIndex.Number(truncatingIfNeeded: $0)) }) else { return }
    try plan.forEachPath(ofTarget: target, where: isGone, body)
  }

  /// The next planned document of a path, which is taken; nil where all are.
  private func advance(_ first: PlanIndex.Number) -> PlanIndex.Number? {
    let planned = next[first] ?? first
    if planned == .max || met.contains(Int(planned)) { return nil }
    if let following = plan.index.next(planned) {
      next[first] = following
    } else if planned != first {
      next[first] = .max
    }
    return planned
  }
}

/// Members of a range of integers, a bit each.
private struct BitSet {
  private let range: Range<Int>
  private var words: [UInt64]

  init(_ range: Range<Int>) {
    self.range = range
    words = Array(repeating: 0, count: (range.count + 63) / 64)
  }

  func contains(_ member: Int) -> Bool {
    guard range.contains(member) else { return false }
    let place = member - range.lowerBound
    return words[place / 64] & 1 << UInt64(place % 64) != 0
  }

  mutating func insert(_ member: Int) {
    guard range.contains(member) else { return }
    let place = member - range.lowerBound
    words[place / 64] |= 1 << UInt64(place % 64)
  }
}

extension Decision {
  fileprivate func agreeing(_ agreement: PlanIndex.Agreement) -> Decision {
    switch agreement {
    case .same: self
    case .otherSource: rejected(.changedSincePlan)
    case .otherResult: rejected(.differsFromPlan)
    }
  }

  /// The same document, left as it is.
  fileprivate var notPlanned: Decision {
    var result = rejected(.changedSincePlan)
    result.outcome = .skipped
    result.error = nil
    result.warnings = [.notPlanned(reference.path)]
    return result
  }

  /// A planned document that is there no more.
  static func gone(_ path: PathName, format: Int?) -> Decision {
    var decision = Decision(reference: DocumentReference(path: path, format: format), outcome: .skipped)
    decision.warnings = [.goneSincePlan(path)]
    return decision
  }
}
