import LosslessJSON
import UprevReport

/// A pipeline for sample documents: the text of its file, its schemas, and the samples that become fixtures.
struct PipelineDraft {
  struct File: Sendable {
    /// Below the pipeline's folder.
    var path: String
    var bytes: [UInt8]
    var mode: UInt32
  }

  /// Samples of one version that become fixtures, and bytes that each may have.
  private static let fixtureCount = 3
  private static let fixtureSize = 64 << 10

  let name: String
  let format: String
  let samples: [SampleDocument]
  let proposal: VersionProposal
  private let allowsNonFinite: Bool
  /// By sample: its version; nil where it has none.
  private let versions: [FormatVersion?]
  /// Sentences about samples that the pipeline will not take.
  private(set) var notices: [String] = []

  init(name: String, format: String, samples: [SampleDocument]) {
    self.name = name
    self.format = format
    self.samples = samples
    let proposal = VersionProposal(samples.map(\.document))
    self.proposal = proposal
    allowsNonFinite = samples.contains { sample in
      let options = JSONReadingOptions(maximumDepth: RunOptions.defaultMaximumDepth)
      return (try? IndexedJSON(scanning: sample.document.text, options: options)) == nil
    }
    var versions: [FormatVersion?] = []
    var strange: [PathName] = []
    for sample in samples {
      let found = try? DetectVersion(rule: proposal.rule).detect(sample.document).version
      // A version that is written must have a place.
      let hasPlace = proposal.rule.value == nil || sample.document.root.kind == .object
      let version = found.flatMap { hasPlace && proposal.versions.contains($0) ? $0 : nil }
      if version == nil { strange.append(sample.path) }
      versions.append(version)
    }
    self.versions = versions
    if !strange.isEmpty { notices.append(ScaffoldWords.withoutVersion(strange)) }
  }

  /// The files besides the pipeline file and the fixtures of later versions, which its migrations make.
  var files: [File] { schemaFiles + fixtureFiles }

  // MARK: Schemas

  private func schemaPath(_ index: Int) -> String {
    let version = Self.fileName(proposal.versions[index].description, keeping: "._-")
    // Two versions may come to one name.
    let isTaken = proposal.versions[..<index].contains {
      Self.fileName($0.description, keeping: "._-").lowercased() == version.lowercased()
    }
    return "schemas/v\(version)\(isTaken ? "-\(index + 1)" : "").json"
  }

  /// One a version, each of the samples of this version and of all before it: what only its version is changed of satisfies it.
  private var schemaFiles: [File] {
    var budget = InferredType.maximumBytes
    var type = InferredType()
    var count = 0
    return proposal.versions.indices.map { index in
      let version = proposal.versions[index]
      for (sample, own) in zip(samples, versions) where own == version {
        type.add(sample.document.root, budget: &budget)
        count += 1
      }
      let fixed = proposal.rule.value.map { value in
        SchemaDraft.Fixed(
          names: value.pointer.tokens, literal: Self.literal(of: version), isRequired: version != value.missing)
      }
      let text = SchemaDraft.text(
        type, title: ScaffoldWords.schemaTitle(format, version),
        description: ScaffoldWords.schemaDescription(count), fixed: fixed)
      return File(path: schemaPath(index), bytes: text, mode: 0o666)
    }
  }

  private static func literal(of version: FormatVersion) -> String {
    switch version {
    case .integer(let number): number.description
    case .string(let text): JSONStringLiteral.text(of: text)
    case .semantic(let version): JSONStringLiteral.text(of: version.text)
    }
  }

  // MARK: Fixtures

  /// The smallest samples of each version.
  private var fixtureFiles: [File] {
    var files: [File] = []
    var taken: Set<String> = []
    for version in proposal.versions {
      let candidates = zip(samples, versions).filter { $1 == version && $0.document.text.count <= Self.fixtureSize }
        .map(\.0).sorted { ($0.document.text.count, $0.path) < ($1.document.text.count, $1.path) }
      for sample in candidates.prefix(Self.fixtureCount) {
        let name = Self.fixtureName(sample.name, &taken)
        guard let file = FixtureName.make(name, version) else { continue }
        files.append(
          File(path: "fixtures/\(format)/\(file)", bytes: Array(sample.document.text.bytes), mode: sample.mode))
      }
    }
    return files
  }

  /// A name that no other fixture has, also where case does not count.
  private static func fixtureName(_ file: [UInt8], _ taken: inout Set<String>) -> String {
    let text = String(decoding: file, as: UTF8.self)
    var stem = fileName(text.hasSuffix(".json") ? String(text.dropLast(5)) : text, keeping: "_-")
    if stem.hasPrefix("README") || stem.isEmpty { stem = "sample" + (stem.isEmpty ? "" : "-\(stem)") }
    var name = stem
    var number = 2
    while !taken.insert(name.lowercased()).inserted {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name
  }

  /// ASCII letters, digits and a few more; a hyphen for anything else.
  static func fileName(_ text: String, keeping: String) -> String {
    String(
      text.unicodeScalars.prefix(60).map { scalar in
        let isPlain =
          ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
          || keeping.unicodeScalars.contains(scalar)
        return isPlain ? Character(scalar) : "-"
      })
  }

  // MARK: The pipeline file

  var text: String {
    var lines = ScaffoldWords.heading(samples.count).map { "# \($0)" }
    lines += [
      "uprev: 1", "name: \(YAMLText.quoted(name))", "formats:", "  - name: \(YAMLText.quoted(format))",
      "    # \(ScaffoldWords.aboutFiles)", "    files:",
    ]
    lines += GlobProposal.globs(for: samples.map(\.name)).map { "      - \(YAMLText.quoted($0))" }
    if allowsNonFinite { lines.append("    json: {nonFinite: allow}") }
    lines += versionLines
    lines += ["    current: \(YAMLText.version(proposal.current))", "    validate: {before: warn, after: reject}"]
    if proposal.versions.count > 1 {
      lines += ["    migrations:", "      # \(ScaffoldWords.aboutMigrations)"]
      for (from, to) in zip(proposal.versions, proposal.versions.dropFirst()) {
        lines += [
          "      - from: \(YAMLText.version(from))", "        to: \(YAMLText.version(to))", "        steps: []",
        ]
      }
    }
    lines.append("    schemas:")
    lines += proposal.versions.indices.map { index in
      "      \(YAMLText.version(proposal.versions[index])): \(YAMLText.quoted(schemaPath(index)))"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var versionLines: [String] {
    switch proposal.rule.source {
    case .value(let value):
      let missing = value.missing.map { ", missing: \(YAMLText.version($0))" } ?? ""
      return ScaffoldWords.aboutVersion(proposal, samples.count).map { "    # \($0)" } + [
        "    version: {at: \(YAMLText.quoted(value.pointer.description)), type: \(proposal.rule.kind.rawValue)\(missing)}"
      ]
    case .shapes(let shapes):
      return ["    # \(ScaffoldWords.aboutShapes)", "    detect:"] + shapes.map(Self.line)
    }
  }

  private static func line(_ shape: VersionShape) -> String {
    var has: [String] = []
    var type = ""
    for condition in shape.conditions {
      switch condition.test {
      // The word `null` without quotes is none.
      case .type(.null): type = ", type: {at: \"\", is: \"null\"}"
      case .type(let word): type = ", type: {at: \"\", is: \(word.rawValue)}"
      default: has.append(YAMLText.quoted(condition.pointer.description))
      }
    }
    let members = has.isEmpty ? "" : ", has: [\(has.joined(separator: ", "))]"
    return "      - {version: \(YAMLText.version(shape.version))\(members)\(type)}"
  }
}

extension YAMLText {
  /// A version as a pipeline says it.
  static func version(_ version: FormatVersion) -> String {
    switch version {
    case .integer(let number): number.description
    case .string(let text): quoted(text)
    case .semantic(let version): quoted(version.text)
    }
  }
}
