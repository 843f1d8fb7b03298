import UprevReport

/// Checks pipelines without a run: everything that keeps one from being read, and every rule of ``LintRules``.
public struct PipelineLinter: Sendable {
  private let catalog: PipelineCatalog
  private let fileSystem: any FileSystem
  private let allowsPrograms: Bool
  var context = LintContext()
  var rules = LintRules.all

  /// - Parameter allowsPrograms: whether the catalog's pipelines may run programs.
  public init(catalog: PipelineCatalog, fileSystem: any FileSystem, allowsPrograms: Bool = false) {
    self.allowsPrograms = allowsPrograms
    self.catalog = catalog
    self.fileSystem = fileSystem
  }

  /// - Parameter namesOrPaths: as on a command line, in the order in which their formats claim documents. One that cannot be
  ///   used does not stop the others.
  /// - Returns: what was found, pipeline by pipeline: faults, or files and then rule by rule.
  public func lint(_ namesOrPaths: [String]) -> [FindingRecord] {
    var findings: [FindingRecord] = []
    var earlier: [LintSubject.EarlierFormat] = []
    for nameOrPath in namesOrPaths {
      do throws(PipelineError) {
        let pipeline = try catalog.load(nameOrPath)
        let outline = try PipelineOutline(of: pipeline, fileSystem: fileSystem)
        let fixtures = FixtureFolder(of: pipeline, fileSystem: fileSystem)
        let subject = LintSubject(
          pipeline: pipeline, outline: outline, fixtures: fixtures,
          schemaFiles: SchemaFiles(of: pipeline, fileSystem: fileSystem).paths, earlier: earlier,
          allowsPrograms: allowsPrograms)
        var context = context
        context.trialOfFixtures = FormatTrial(of: pipeline, fixtures)
        findings += subject.fixtures.findings
        for rule in rules { findings += rule.findings(in: subject, context) }
        earlier += pipeline.formats.map { LintSubject.EarlierFormat(format: $0, pipeline: pipeline.name) }
      } catch {
        findings += error.faults.map { FindingRecord($0) }
      }
    }
    return findings
  }
}
