import UprevReport

/// Is told what happens during a run, in order, on the thread that executes it.
public protocol RunObserver: AnyObject {
  /// A decision that is final.
  func decided(_ decision: Decision, format: String?, in target: PathName)
  func warned(_ warning: WarningRecord)
  func ended(_ target: TargetRecord)
}
