/// What was gathered for one migration in one target, as a report has it.
public struct GatheredRecord: Hashable, Sendable {
  /// Where the values come from.
  public enum Source: String, CaseIterable, Sendable {
    /// From the documents, by this run.
    case gathered
    /// From the documents, by an earlier run of this target.
    case recorded
    /// From a file that the pipeline names.
    case given
  }

  /// One statistic.
  public struct Statistic: Hashable, Sendable {
    public var name: String
    /// In the pipeline's word.
    public var statistic: String
    /// A JSON Pointer; nil for a program.
    public var at: String?
    /// Documents that it was made of.
    public var taken: Int
    /// Documents without a value there.
    public var absent: Int
    /// Documents with a value that it cannot take in.
    public var other: Int
    /// Of quantiles: how far they may be off, as a share.
    public var relativeError: Double?
    /// JSON; nil for a program, whose values belong to documents.
    public var value: String?

    public init(
      name: String, statistic: String, at: String?, taken: Int, absent: Int, other: Int, relativeError: Double? = nil,
      value: String?
    ) {
      self.name = name
      self.statistic = statistic
      self.at = at
      self.taken = taken
      self.absent = absent
      self.other = other
      self.relativeError = relativeError
      self.value = value
    }
  }

  /// The name of the format.
  public var format: String
  public var from: ReportVersionValue
  public var to: ReportVersionValue
  public var source: Source
  /// Documents that were at the version where the migration begins, or came through it.
  public var documents: Int
  /// In the pipeline's order.
  public var statistics: [Statistic]

  public init(
    format: String, from: ReportVersionValue, to: ReportVersionValue, source: Source, documents: Int,
    statistics: [Statistic]
  ) {
    self.format = format
    self.from = from
    self.to = to
    self.source = source
    self.documents = documents
    self.statistics = statistics
  }
}

extension JSONByteWriter {
  mutating func gathered(_ records: [GatheredRecord]) {
    raw("[")
    for (position, record) in records.enumerated() {
      raw(position == 0 ? "{\"format\": " : ", {\"format\": ")
      string(record.format)
      raw(", \"from\": ")
      version(record.from)
      raw(", \"to\": ")
      version(record.to)
      raw(", \"source\": ")
      string(record.source.rawValue)
      raw(", \"documents\": ")
      integer(record.documents)
      raw(", \"statistics\": ")
      statistics(record.statistics)
      raw("}")
    }
    raw("]")
  }

  package mutating func statistics(_ statistics: [GatheredRecord.Statistic]) {
    raw("[")
    for (position, statistic) in statistics.enumerated() {
      raw(position == 0 ? "{\"name\": " : ", {\"name\": ")
      string(statistic.name)
      raw(", \"statistic\": ")
      string(statistic.statistic)
      raw(", \"at\": ")
      string(statistic.at)
      raw(", \"taken\": ")
      integer(statistic.taken)
      raw(", \"absent\": ")
      integer(statistic.absent)
      raw(", \"other\": ")
      integer(statistic.other)
      raw(", \"relativeError\": ")
      if let error = statistic.relativeError, error.isFinite { json("\(error)") } else { null() }
      raw(", \"value\": ")
      if let value = statistic.value { json(value) } else { null() }
      raw("}")
    }
    raw("]")
  }

  /// One thing alone, as text.
  package static func text(_ body: (inout JSONByteWriter) -> Void) -> [UInt8] {
    var writer = JSONByteWriter(sink: { _ in })
    body(&writer)
    return writer.bytes
  }
}
