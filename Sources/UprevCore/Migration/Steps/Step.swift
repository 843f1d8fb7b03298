/// One change to documents, as a pipeline asks for it.
///
/// A step is pure: it keeps nothing from one batch to the next, and the same documents come out the same. It changes no byte
/// that it need not change, and where it fails it says at which value.
protocol Step: Sendable {
  /// The step in the pipeline's words, in one line. The words are in `Step+Words.swift`.
  var name: String { get }

  /// Whether the step runs a program of the pipeline's.
  var runsPrograms: Bool { get }

  /// Makes the change at every place of the batch. What fails in one document leaves all others alone: the failure is
  /// noted in the batch, and the document's text stays as it was before the step.
  func apply(to batch: inout StepBatch)
}

extension Step {
  var runsPrograms: Bool { false }
}
