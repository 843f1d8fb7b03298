import UprevReport

/// Is told what happens during a run, in order, on the thread that executes it.
public protocol RunObserver: AnyObject {
  /// Whether it is told of every decision. Otherwise what is known of an archive as a whole stands for its documents.
  var hearsEveryDecision: Bool { get }
  /// A decision that is final.
  func decided(_ decision: Decision, format: String?, in target: PathName)
  /// A warning; its path is inside the target.
  func warned(_ warning: WarningRecord, in target: PathName)
  func ended(_ target: TargetRecord)
}

extension RunObserver {
  /// Yes.
  public var hearsEveryDecision: Bool { true }
}
