import UprevReport

/// One check of a pipeline that can be read.
protocol LintRule: Sendable {
  /// What it finds in a pipeline, in the order of the pipeline's files.
  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord]
}

/// Every rule, in the order in which their findings are told. A new rule is one file, a line here, a name in
/// ``LintRuleName`` and a row in `docs/lint.md`.
enum LintRules {
  static let all: [any LintRule] = [
    FormatsOverlapRule(), MissingSchemaRule(), UnusedSchemaRule(), MissingFixturesRule(), FixtureVersionRule(),
    SchemaAcceptsRule(), ReachesCurrentRule(), PathsAgreeRule(), RepeatableRule(), RoundTripRule(),
    OrderIndependentRule(), ProgramsNotRunRule(),
  ]
}

/// A pipeline that is looked at, with everything about it that is read once.
struct LintSubject: Sendable {
  let pipeline: Pipeline
  let outline: PipelineOutline
  let fixtures: FixtureFolder
  /// The paths below the pipeline's folder of the files under `schemas/`, sorted.
  let schemaFiles: [String]
  /// Formats that claim documents before this pipeline's do.
  let earlier: [EarlierFormat]
  /// Whether programs of the pipeline may run.
  var allowsPrograms = true

  /// A format and the pipeline that it belongs to.
  struct EarlierFormat: Sendable {
    let format: Format
    let pipeline: String
  }

  /// The file at a path below the pipeline's folder, as messages name it.
  func named(_ relative: String) -> PathName { pipeline.folder.path(relative) }

  /// The formats whose migrations can be tried: not those with steps that run programs, where that is not allowed.
  var triedFormats: [(format: Format, outline: PipelineOutline.FormatOutline, fixtures: [Fixture])] {
    formats.filter { allowsPrograms || !$0.format.runsProgramsInSteps }
  }

  /// The pipeline's formats with their places and fixtures.
  var formats: [(format: Format, outline: PipelineOutline.FormatOutline, fixtures: [Fixture])] {
    pipeline.formats.enumerated().map { index, format in
      (format, outline.format(index), fixtures.fixtures.filter { $0.format == index })
    }
  }
}

/// What rules ask of the stages, so that tests can put something else in their place.
struct LintContext: Sendable {
  /// Nil: as a run would take them, with what the fixtures say was gathered.
  var trialInstead: FormatTrial?
  var trial: FormatTrial {
    get { trialInstead ?? trialOfFixtures }
    set { trialInstead = newValue }
  }
  var trialOfFixtures = FormatTrial()
  var check = SchemaCheck(limit: maximumViolations)

  /// Violations of one fixture that are told.
  private static let maximumViolations = 5
}
