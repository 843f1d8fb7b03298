import LosslessJSON
import UprevReport

@testable import UprevCore

/// A document that no container made.
struct TestOrigin: DocumentOrigin {}

extension Decider {
  /// Decides a text of the first format.
  func decide(_ text: some Collection<UInt8>, format: Int? = 0) -> Decision {
    decide(
      Document(
        reference: DocumentReference(path: PathName("a.json"), format: format), text: JSONText(text),
        origin: TestOrigin()))
  }

  func decide(_ text: String) -> Decision { decide(text.utf8) }
}

extension Decision {
  var replacementText: String? { replacement?.description }
}
