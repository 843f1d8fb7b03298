import UprevReport

/// Takes what a dry run would do, in the order of discovery: for a plan, and for people. Used by one thread at a time.
public final class PlanRecorder {
  /// What would change, in groups.
  public private(set) var changes = ChangeGroups()
  /// What went wrong with the plan itself; the first error is kept, and nothing more is written.
  public private(set) var error: (any Error)?
  private var writer: PlanWriter?
  private let formatNames: [String]

  /// - Parameters:
  ///   - pipelines: those of the run.
  ///   - plan: the plan's header, and what takes its bytes; nil where none is written.
  public init(
    pipelines: [Pipeline], plan: (header: PlanHeader, sink: (UnsafeRawBufferPointer) throws -> Void)? = nil
  ) {
    formatNames = pipelines.flatMap(\.formats).map(\.name)
    guard let plan else { return }
    do { writer = try PlanWriter(plan.header, sink: plan.sink) } catch { self.error = error }
  }

  /// Ends the plan: without this it is none.
  public func finish() {
    writing { try $0.finish() }
    writer = nil
  }

  func begin(_ target: PlannedTarget) {
    changes.begin(target.path)
    writing { try $0.begin(target) }
  }

  func record(_ document: Document, _ decision: Decision) {
    guard decision.outcome == .migrated, let before = decision.sha256Before, let after = decision.sha256After else {
      return
    }
    let format = decision.reference.format.flatMap { formatNames.indices.contains($0) ? formatNames[$0] : nil } ?? ""
    changes.add(document, decision, format: format)
    writing {
      try $0.write(
        PlannedDocument(
          path: decision.reference.path, format: format, from: decision.from?.reportValue, to: decision.to?.reportValue,
          sha256Before: before, sha256After: after))
    }
  }

  private func writing(_ body: (PlanWriter) throws -> Void) {
    guard let writer, error == nil else { return }
    do { try body(writer) } catch { self.error = error }
  }
}
