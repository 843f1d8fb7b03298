import ArgumentParser

/// The versions that documents are brought to.
struct TargetVersionOptions: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "Migrate to this version instead of the current one; may be repeated.",
      discussion: """
        Without a format exactly one must know the version. Documents of the formats that no --to speaks of are left alone.
        """,
      valueName: "[format=]version"))
  var texts: [String] = []
}
