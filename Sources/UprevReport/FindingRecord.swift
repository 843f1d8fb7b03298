/// How bad a finding about a pipeline is.
public enum FindingSeverity: String, CaseIterable, Sendable {
  /// The pipeline must not be used as it is.
  case error
  /// The pipeline can be used, and probably does not do what was meant.
  case warning
  /// Worth knowing; never a failure.
  case note
}

/// One thing that was found about a pipeline without a run: what, where, and a sentence that says what to do about it.
public struct FindingRecord: Hashable, Sendable {
  public var severity: FindingSeverity
  /// Which check found it, of the closed list in `docs/lint.md`.
  public var rule: String
  /// The name of the format concerned; nil where it is about the pipeline, or the format could not be read.
  public var format: String?
  /// The file concerned, or the name of a pipeline that there is not.
  public var file: PathName
  /// From 1; nil where it is about a whole file.
  public var line: Int?
  /// In bytes, from 1.
  public var column: Int?
  /// RFC 6901 pointer into the file, if it is about a value of a JSON text.
  public var pointer: String?
  /// One sentence for people, remedy included, without the place.
  public var message: String

  /// A finding; what is not known of it is nil.
  public init(
    severity: FindingSeverity, rule: String, format: String?, file: PathName, line: Int? = nil, column: Int? = nil,
    pointer: String? = nil, message: String
  ) {
    self.severity = severity
    self.rule = rule
    self.format = format
    self.file = file
    self.line = line
    self.column = column
    self.pointer = pointer
    self.message = message
  }
}

/// Writes findings as a JSON array, a finding a line, with a newline at the end. `docs/lint.md` explains every member.
public struct FindingWriter {
  private let sink: (UnsafeRawBufferPointer) throws -> Void

  /// - Parameter sink: takes the text piece by piece, in order.
  public init(sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    self.sink = sink
  }

  /// - Throws: what the sink throws.
  public func write(_ findings: [FindingRecord]) throws {
    var output = JSONByteWriter(sink: sink)
    output.raw("[")
    for (index, finding) in findings.enumerated() {
      output.raw(index == 0 ? "\n  {\"severity\": " : ",\n  {\"severity\": ")
      output.string(finding.severity.rawValue)
      output.raw(", \"rule\": ")
      output.string(finding.rule)
      output.raw(", \"format\": ")
      output.string(finding.format)
      output.raw(", \"file\": ")
      output.name(finding.file)
      output.raw(", \"line\": ")
      output.integer(finding.line)
      output.raw(", \"column\": ")
      output.integer(finding.column)
      output.raw(", \"pointer\": ")
      output.string(finding.pointer)
      output.raw(", \"message\": ")
      output.string(finding.message)
      output.raw("}")
      try output.flushIfFull()
    }
    output.raw(findings.isEmpty ? "]\n" : "\n]\n")
    try output.flush()
  }
}
