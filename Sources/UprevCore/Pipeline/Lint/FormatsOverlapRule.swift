import UprevReport

/// Formats that claim the same path: the first one gets it, and the other never sees it.
struct FormatsOverlapRule: LintRule {
  /// Pairs of places in two globs that are looked at for one pipeline: no honest one needs so many, and a hostile one must
  /// come to an end.
  private static let budget = 1_000_000

  func findings(in subject: LintSubject, _ context: LintContext) -> [FindingRecord] {
    var findings: [FindingRecord] = []
    var budget = Self.budget
    var earlier = subject.earlier
    for (format, outline, _) in subject.formats {
      for other in earlier {
        if let finding = overlap(format, outline, with: other, in: subject, &budget) { findings.append(finding) }
        // The last finding says that it was not found out; so it would be of all others.
        if budget <= 0 { return findings }
      }
      earlier.append(LintSubject.EarlierFormat(format: format, pipeline: subject.pipeline.name))
    }
    return findings
  }

  /// The first pair of globs that have a path in common; one finding for two formats.
  private func overlap(
    _ format: Format, _ outline: PipelineOutline.FormatOutline, with other: LintSubject.EarlierFormat,
    in subject: LintSubject, _ budget: inout Int
  ) -> FindingRecord? {
    var undetermined: FindingRecord?
    for (index, glob) in format.files.enumerated() {
      for otherGlob in other.format.files {
        switch glob.overlap(with: otherGlob, budget: &budget) {
        case .none: continue
        case .path(let path):
          return .formatsOverlap(
            glob, otherGlob, other, example: PathName(path), format: format.name, subject,
            at: outline.place(ofFile: index))
        case .undetermined:
          undetermined =
            undetermined
            ?? .formatsOverlap(
              glob, otherGlob, other, example: nil, format: format.name, subject, at: outline.place(ofFile: index))
        }
      }
    }
    return undetermined
  }
}
