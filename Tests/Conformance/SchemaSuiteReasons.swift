/// Why optional tests of the JSON Schema suite do not pass.
enum SchemaSuiteReasons {
  /// The beginnings of files' names, and of descriptions of groups.
  private static let reasons: [(file: String, group: String, reason: String)] = [
    ("draft2020-12/optional/cross-draft", "", "draft 2019-09 is not supported"),
    ("draft7/optional/cross-draft", "", "draft 2019-09 is not supported"),
    ("draft7/optional/content", "", "what strings hold is an annotation, in both drafts"),
    (
      "draft2020-12/optional/format/idn-hostname", "",
      "the standard library does not know how characters join (RFC 5892, appendix A.1)"
    ),
    (
      "draft7/optional/format/idn-hostname", "",
      "the standard library does not know how characters join (RFC 5892, appendix A.1)"
    ),
  ]

  static func reason(for file: String, _ group: String) -> String {
    reasons.first { file.hasPrefix($0.file) && group.hasPrefix($0.group) }?.reason ?? "(no reason is known)"
  }
}
