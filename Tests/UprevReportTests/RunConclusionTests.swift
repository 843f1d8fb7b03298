import Testing
import UprevReport

@Suite("The status of a run")
struct RunConclusionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var outcomes: [Outcome]
    /// Whether each target is whole.
    var targets: [Bool]
    /// Whether the last target is held by another run.
    var isBusy = false
    var interrupted = false
    var strict = false
    var status: RunStatus
    var exitStatus: Int32
    var testDescription: String { "\(outcomes) \(targets) \(interrupted) \(strict)" }
  }

  @Test(
    "Status and exit status follow from outcomes, targets, the run's error and --strict",
    arguments: [
      Case(outcomes: [], targets: [true], status: .success, exitStatus: 0),
      Case(
        outcomes: [.migrated, .current, .newer, .unmatched, .skipped], targets: [true], status: .success, exitStatus: 0),
      Case(outcomes: [.migrated, .rejected], targets: [true], status: .partial, exitStatus: 3),
      Case(outcomes: [.rejected], targets: [true], status: .partial, exitStatus: 3),
      Case(outcomes: [.migrated], targets: [true, false], status: .partial, exitStatus: 1),
      Case(outcomes: [.rejected], targets: [true, false], status: .partial, exitStatus: 1),
      Case(outcomes: [], targets: [false], status: .failed, exitStatus: 1),
      Case(outcomes: [.rejected], targets: [true], isBusy: true, status: .partial, exitStatus: 75),
      Case(outcomes: [], targets: [], isBusy: true, status: .failed, exitStatus: 75),
      Case(outcomes: [], targets: [false], isBusy: true, status: .failed, exitStatus: 1),
      Case(outcomes: [], targets: [true], isBusy: true, interrupted: true, status: .failed, exitStatus: 1),
      Case(outcomes: [.rejected], targets: [false, false], status: .failed, exitStatus: 1),
      Case(outcomes: [.migrated], targets: [true], interrupted: true, status: .failed, exitStatus: 1),
      Case(outcomes: [], targets: [], interrupted: true, status: .failed, exitStatus: 1),
      Case(outcomes: [.migrated, .current, .skipped], targets: [true], strict: true, status: .success, exitStatus: 0),
      Case(outcomes: [.migrated, .newer], targets: [true], strict: true, status: .partial, exitStatus: 3),
      Case(outcomes: [.migrated, .unmatched], targets: [true], strict: true, status: .partial, exitStatus: 3),
      Case(outcomes: [.newer], targets: [true, false], strict: true, status: .partial, exitStatus: 1),
    ])
  func conclusion(_ test: Case) {
    var summary = Summary()
    for outcome in test.outcomes {
      summary.add(DocumentRecord(target: PathName("t"), path: PathName("p"), format: nil, outcome: outcome))
    }
    let damage = ReportError(code: .archiveDamaged, message: "damaged")
    var targets = test.targets.map { TargetRecord(path: PathName("t"), error: $0 ? nil : damage) }
    if test.isBusy {
      targets.append(TargetRecord(path: PathName("b"), error: ReportError(code: .targetBusy, message: "busy")))
    }
    let conclusion = RunConclusion(
      summary: summary, targets: targets,
      error: test.interrupted ? ReportError(code: .interrupted, message: "stopped") : nil, strict: test.strict)
    #expect(conclusion.status == test.status)
    #expect(conclusion.exitStatus == test.exitStatus)
  }
}
