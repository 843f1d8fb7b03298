import UprevReport

/// Is told what happens during a run, in order, on the thread that executes it.
public protocol RunObserver: AnyObject {
  /// A decision that is final.
  func decided(_ decision: Decision, format: String?, in target: PathName)
  /// A warning; its path is inside the target.
  func warned(_ warning: WarningRecord, in target: PathName)
  func ended(_ target: TargetRecord)
}
