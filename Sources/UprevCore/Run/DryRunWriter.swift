/// Changes nothing, and says what changing would come to: every decision is final as it is. What a dry run writes with.
final class DryRunWriter: ContainerWriter {
  private let sink: DecisionSink
  private let refusal: TargetError?
  private let recorder: PlanRecorder?
  private var wouldChange = false

  /// - Parameters:
  ///   - refusal: why the target cannot be changed in place, thrown at the end if something would have to be.
  ///   - recorder: takes what would change.
  init(refusal: TargetError?, recorder: PlanRecorder? = nil, sink: @escaping DecisionSink) {
    self.refusal = refusal
    self.recorder = recorder
    self.sink = sink
  }

  func write(_ element: DecidedElement) {
    switch element {
    case .document(let document, var decision):
      if decision.outcome == .migrated {
        wouldChange = true
        recorder?.record(document, decision)
        decision.warnings += document.origin.warningsOfReplacing(decision.reference.path)
      }
      sink(decision)
    case .decision(let decision): sink(decision)
    case .passthrough: break
    }
  }

  /// Nothing took effect.
  func finish() throws -> Bool {
    if wouldChange, let refusal { throw refusal }
    return false
  }

  func abandon() {}
}
