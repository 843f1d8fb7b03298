/// Changes nothing: every decision is final as it is. What a dry run writes with.
final class DryRunWriter: ContainerWriter {
  private let sink: DecisionSink

  init(sink: @escaping DecisionSink) {
    self.sink = sink
  }

  func write(_ element: DecidedElement) {
    switch element {
    case .document(_, let decision), .decision(let decision): sink(decision)
    case .passthrough: break
    }
  }

  /// Nothing took effect.
  func finish() -> Bool { false }

  func abandon() {}
}
