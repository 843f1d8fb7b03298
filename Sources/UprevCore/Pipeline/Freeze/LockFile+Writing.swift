import UprevReport

extension LockFile {
  /// The text of the lock: the same items give the same bytes.
  ///
  /// - Parameter pipeline: the pipeline's name, for people.
  func text(pipeline: String) -> String {
    var lines = Self.heading.map { "# \($0)" }
    lines += [
      "lock: \(Self.version)", "form: \(CanonicalForm.version)", "pipeline: \(YAMLText.quoted(pipeline))",
    ]
    for kind in FrozenSubject.Kind.allCases {
      let items = items.filter { $0.subject.kind == kind }
      if items.isEmpty { continue }
      lines += ["", "\(kind.section):"] + items.flatMap(Self.lines)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(of item: FrozenItem) -> [String] {
    var lines = zip(item.subject.kind.fields, item.subject.texts).map { "\($0): \(YAMLText.quoted($1))" }
    lines.append("digest: \(item.digest)")
    if !item.parts.isEmpty {
      lines.append("parts:")
      lines += item.parts.map { "  \(YAMLText.quoted($0.pointer)): \(YAMLText.quoted($0.text))" }
    }
    return lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
  }
}
