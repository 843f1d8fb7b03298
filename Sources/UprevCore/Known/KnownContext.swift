import UprevReport

/// What it depends on that a text is current: with equal contexts the same text of the same format is.
struct KnownContext {
  /// Counts the ways in which Uprev itself came to hold a document for current. To be raised with each that gives another answer.
  private static let decisionVersion = 1

  private var hash = SHA256()

  /// - Parameter tool: a release knows what it found out itself, and nothing of another.
  init(_ options: RunOptions, tool: (name: String, version: String)) {
    add("known files \(Self.decisionVersion)")
    add(tool.name)
    add(tool.version)
    add(count: options.pipelines.count)
    for pipeline in options.pipelines {
      add(pipeline.name)
      add(pipeline.digest)
    }
    let formats = options.pipelines.flatMap(\.formats)
    add(count: formats.count)
    for index in formats.indices {
      add(options.targetVersions.goal(of: index, in: formats).description)
      add(options.targetVersions.leavesAlone(index) ? "left alone" : "")
    }
    // Where these differ other documents are met, and what is known of the rest would be forgotten.
    add(count: options.excluded.count)
    for glob in options.excluded { add(glob.pattern) }
    add(count: options.maximumDepth)
    add(count: options.maximumPathLength)
  }

  /// 32 bytes.
  mutating func digest() -> [UInt8] { hash.finish() }

  private mutating func add(_ text: String) { add(Array(text.utf8)) }

  private mutating func add(_ bytes: [UInt8]) {
    add(count: bytes.count)
    hash.update(bytes)
  }

  private mutating func add(count: Int) {
    withUnsafeBytes(of: UInt64(truncatingIfNeeded: count).littleEndian) { hash.update($0) }
  }
}

extension TargetVersions {
  /// The version that documents of a format are brought to.
  func goal(of format: Int, in formats: [Format]) -> FormatVersion { versions[format] ?? formats[format].current }
}
