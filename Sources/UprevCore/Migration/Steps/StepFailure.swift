import LosslessJSON

/// Why a step could not be applied to one document: a sentence for people, and where.
///
/// Made by the factories in `StepFailure+Words.swift`, which is the one place of its words.
struct StepFailure: Error, Hashable, Sendable {
  /// One sentence, remedy included, without the place.
  var message: String
  /// From the root of the document as the step found it.
  var pointer: JSONPointer?
  /// Of that value, both from 1; where they are nil, ``StepBatch`` works them out from the pointer.
  var line: Int?
  var column: Int?
  /// More to say, as what a program said.
  var hint: String?
}
