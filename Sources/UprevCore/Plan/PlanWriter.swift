import UprevReport

/// Streams a plan: JSON Lines, the header first, each target before its documents, and a last line with the digest of all that
/// is before it (`docs/plan.md`). Used by one thread at a time.
final class PlanWriter {
  private let sink: (UnsafeRawBufferPointer) throws -> Void
  private var output: JSONByteWriter
  private let digest: Digest
  private var documents = 0

  /// The hash of what went out; shared with the closure that sees it go.
  private final class Digest {
    var sha256 = SHA256()
  }

  /// Bytes of a version that a plan repeats.
  private static let maximumVersionLength = 1024

  /// - Parameter sink: takes the plan's bytes, in order.
  /// - Throws: what the sink throws.
  init(_ header: PlanHeader, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    let digest = Digest()
    self.sink = sink
    self.digest = digest
    output = JSONByteWriter(sink: { bytes in
      digest.sha256.update(bytes)
      try sink(bytes)
    })
    output.header(header)
    try output.flushIfFull()
  }

  /// - Throws: what the sink throws.
  func begin(_ target: PlannedTarget) throws {
    output.raw("{\"target\": ")
    output.name(target.path)
    output.raw(", \"resolvedPath\": ")
    output.name(target.resolvedPath)
    output.raw(", \"kind\": ")
    output.string(target.kind.rawValue)
    output.raw(", \"device\": ")
    if let identity = target.identity { output.integer(identity.device) } else { output.null() }
    output.raw(", \"inode\": ")
    if let identity = target.identity { output.integer(identity.inode) } else { output.null() }
    output.raw("}\n")
    try output.flushIfFull()
  }

  /// - Throws: what the sink throws.
  func write(_ document: PlannedDocument) throws {
    output.raw("{\"path\": ")
    output.name(document.path)
    output.raw(", \"format\": ")
    output.string(document.format)
    output.raw(", \"from\": ")
    output.version(shown(document.from))
    output.raw(", \"to\": ")
    output.version(shown(document.to))
    output.raw(", \"sha256Before\": ")
    output.hexadecimal(document.sha256Before)
    output.raw(", \"sha256After\": ")
    output.hexadecimal(document.sha256After)
    output.raw("}\n")
    documents += 1
    try output.flushIfFull()
  }

  /// The last line; without it the plan is none.
  /// - Throws: what the sink throws.
  func finish() throws {
    try output.flush()
    let end = Self.end(documents: documents, sha256: digest.sha256.finish())
    try end.withUnsafeBytes(sink)
  }

  /// The last line of a plan, with its line feed.
  static func end(documents: Int, sha256: [UInt8]) -> [UInt8] {
    var output = JSONByteWriter(sink: { _ in })
    output.raw("{\"end\": ")
    output.integer(documents)
    output.raw(", \"sha256\": ")
    output.hexadecimal(sha256)
    output.raw("}\n")
    return output.bytes
  }

  private func shown(_ version: ReportVersionValue?) -> ReportVersionValue? {
    guard let version, version.key.utf8.count <= Self.maximumVersionLength else { return nil }
    return version
  }
}

extension JSONByteWriter {
  fileprivate mutating func header(_ header: PlanHeader) {
    raw("{\"planVersion\": ")
    integer(PlanHeader.version)
    raw(", \"tool\": {\"name\": \"uprev\", \"version\": ")
    string(header.toolVersion)
    raw("}, \"runId\": ")
    string(header.runID)
    raw(", \"createdAt\": ")
    string(header.createdAt)
    raw(", \"pipelines\": [")
    for (position, pipeline) in header.pipelines.enumerated() {
      raw(position == 0 ? "{\"name\": " : ", {\"name\": ")
      string(pipeline.name)
      raw(", \"source\": ")
      string(pipeline.source)
      raw(", \"digest\": ")
      hexadecimal(pipeline.digest)
      raw("}")
    }
    raw("], \"gathered\": {")
    for (position, name) in header.gathered.keys.sorted().enumerated() {
      if position > 0 { raw(", ") }
      string(name)
      raw(": ")
      hexadecimal(header.gathered[name])
    }
    raw("}, \"options\": ")
    options(header.options)
    raw("}\n")
  }

  private mutating func options(_ options: PlanOptions) {
    raw("{\"to\": ")
    strings(options.targetVersions)
    raw(", \"exclude\": ")
    strings(options.excluded)
    raw(", \"maxDocumentSize\": ")
    integer(options.maximumDocumentSize)
    raw(", \"maxDepth\": ")
    integer(options.maximumDepth)
    raw(", \"maxPathLength\": ")
    integer(options.maximumPathLength)
    raw(", \"maxExpandedSize\": ")
    integer(options.maximumExpandedSize)
    raw(", \"maxExpansionRatio\": ")
    integer(options.maximumExpansionRatio)
    raw(", \"maxEntries\": ")
    integer(options.maximumEntries)
    raw("}")
  }

  private mutating func strings(_ texts: [String]) {
    raw("[")
    for (position, text) in texts.enumerated() {
      if position > 0 { raw(", ") }
      string(text)
    }
    raw("]")
  }
}
