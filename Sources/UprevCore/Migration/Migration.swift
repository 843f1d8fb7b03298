/// One edge of a format's version graph.
public struct Migration: Sendable {
  /// Where the edge begins.
  public var from: FormatVersion
  /// Where it ends; below `from` for a way down.
  public var to: FormatVersion
  /// For people.
  public var description: String?
  /// In the order in which they are applied, before the version is written.
  var steps: [any Step]
  /// What is gathered over all documents before the steps run; nil: nothing.
  var gathering: Gathering?

  /// An edge without steps: only the version is written.
  public init(from: FormatVersion, to: FormatVersion, description: String? = nil) {
    self.init(from: from, to: to, description: description, steps: [])
  }

  init(
    from: FormatVersion, to: FormatVersion, description: String? = nil, steps: [any Step], gathering: Gathering? = nil
  ) {
    self.from = from
    self.to = to
    self.description = description
    self.steps = steps
    self.gathering = gathering
  }

  /// Whether the steps cannot run before everything is gathered.
  var needsGathered: Bool { gathering != nil && !steps.isEmpty }

  /// Whether a step, or what is gathered, runs a program.
  var runsPrograms: Bool { !(gathering?.programs.isEmpty ?? true) || steps.contains(where: \.runsPrograms) }

  /// The steps in the pipeline's words, a line each, in order.
  public var stepNames: [String] { steps.map(\.name) }
}
