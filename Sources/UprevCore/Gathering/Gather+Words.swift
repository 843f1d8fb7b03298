import LosslessJSON
import UprevReport

// Every English sentence about gathering, and only here.

extension TargetError {
  static func tooManyDifferent(
    _ name: String, _ statistic: Gathering.Statistic, _ pointer: JSONPointer
  ) -> TargetError {
    var most = ""
    if case .distinct(let number) = statistic { most = "\(number) " }
    return TargetError(
      code: .gatherFailed,
      message:
        "`\(name)` gathers the different values at `\(pointer)`, and there are more than the \(most)allowed, or one has "
        + "more than \(GatherTally.longestValue) bytes; nothing was changed. `most:` in the pipeline allows up to 10000."
    )
  }

  static func recordedValuesDamaged(_ migration: Migration, _ format: String) -> TargetError {
    TargetError(
      code: .gatherFailed,
      message:
        "What the migration of \(format) from version \(migration.from) to \(migration.to) gathered is recorded in the "
        + "state, and cannot be read there; nothing was changed. --gather-again gathers anew, over the documents that are "
        + "still at that version.")
  }

  static func programsNotAllowed(_ pipeline: String) -> TargetError {
    TargetError(
      code: .execNotAllowed,
      message:
        "The pipeline “\(pipeline)” runs programs of its own (`exec`), with your rights; nothing was changed. Give "
        + "--allow-exec if you trust it.")
  }

  static func gatheringProgram(
    _ failure: ProgramFailure, _ command: ProgramCommand, as name: String, said: String
  ) -> TargetError {
    let hint = said.isEmpty ? "" : " On standard error it said: \(said)"
    return TargetError(
      code: failure == .notAllowed ? .execNotAllowed : .gatherFailed,
      message: "For `\(name)`, \(failure.message(command.words)); nothing was changed.\(hint)")
  }
}

extension WarningRecord {
  static func gatherNotRecorded(_ migration: Migration, _ format: String) -> WarningRecord {
    WarningRecord(
      code: .gatherNotRecorded,
      message:
        "What the migration of \(format) from version \(migration.from) to \(migration.to) gathered is recorded nowhere "
        + "but in this report: documents that arrive later will be migrated with other values. A file that the pipeline names "
        + "under `gathered` makes them the same.", path: nil)
  }
}
