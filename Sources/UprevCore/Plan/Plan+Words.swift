import UprevReport

// Every English sentence about plans that a report can hold, and only here.

extension DocumentError {
  static let changedSincePlan = DocumentError(
    ReportError(
      code: .changedSincePlan,
      message: "it is not what it was when the plan was made, and was left alone; look at it, and make the plan again"))

  static let differsFromPlan = DocumentError(
    ReportError(
      code: .differsFromPlan,
      message: "it is what it was when the plan was made, but comes to another result, and was left alone",
      hint: "Programs that a pipeline runs may answer otherwise now; `uprev explain` shows what a run would do."))
}

extension WarningRecord {
  static func notPlanned(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .notPlanned, message: "it would be migrated, but is not in the plan, and was left alone", path: path)
  }

  static func goneSincePlan(_ path: PathName) -> WarningRecord {
    WarningRecord(code: .goneSincePlan, message: "the plan has it, and it is there no more", path: path)
  }

  static func movedSincePlan(_ path: PathName) -> WarningRecord {
    WarningRecord(
      code: .targetMoved,
      message:
        "“\(path)” is not the folder that the plan was made for: it was moved, copied or mounted anew; documents are "
        + "migrated where their text is what the plan has", path: nil)
  }
}

extension PlanError {
  /// One sentence for people, remedy included.
  public var message: String {
    switch self {
    case .unreadable(let error): "the plan cannot be read: \(error.message(.reading))"
    case .noFile: "the plan is no regular file"
    case .noPlan: "it is no plan; `uprev plan --out` makes one"
    case .damaged: "the plan is cut short or damaged; nothing of it is used; make it again"
    case .newer(let version):
      "the plan has version \(version) of its format, and this program reads version \(PlanHeader.version); use the "
        + "program that made it, or make it again"
    case .tooLarge: "the plan has more documents than can be counted; make several plans, of fewer targets each"
    case .otherRules(let name):
      "the pipeline “\(name)” is not the one that the plan was made with: its files have changed; make the plan again"
    case .otherPipelines(let names):
      "the plan was made with other pipelines: \(names.joined(separator: ", ")); give these, in this order, or make the "
        + "plan again"
    case .otherValues(let name):
      "the values of “\(name)”, taken from many documents, are not those that the plan was made with; make the plan again"
    }
  }

  /// As a report has it.
  public var targetError: TargetError { TargetError(code: .planRefused, message: message) }
}
