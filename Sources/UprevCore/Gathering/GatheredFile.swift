import UprevReport

/// The file that a pipeline names under `gathered`, so that machines agree on what its migrations gather.
public enum GatheredFile {
  /// - Parameters:
  ///   - pipeline: whose migrations were gathered for.
  ///   - records: what was gathered, as a report has it.
  /// - Returns: JSON, a line a migration; nil where one of the records is of no migration of the pipeline.
  public static func text(_ pipeline: Pipeline, _ records: [GatheredRecord]) -> [UInt8]? {
    var lines: [[UInt8]] = []
    for record in records {
      guard let format = pipeline.formats.first(where: { $0.name == record.format }),
        let gathering = format.graph.migrations.first(where: {
          $0.from.reportValue == record.from && $0.to.reportValue == record.to
        })?.gathering
      else { return nil }
      lines.append(
        JSONByteWriter.text { writer in
          writer.raw("    {\"format\": ")
          writer.string(record.format)
          writer.raw(", \"from\": ")
          writer.version(record.from)
          writer.raw(", \"to\": ")
          writer.version(record.to)
          writer.raw(", \"definition\": ")
          writer.hexadecimal(gathering.digest)
          writer.raw(", \"documents\": ")
          writer.integer(record.documents)
          writer.raw(", \"statistics\": ")
          // What programs answer belongs to documents, not to machines.
          writer.statistics(record.statistics.filter { $0.at != nil })
          writer.raw("}")
        })
    }
    return JSONByteWriter.text { writer in
      writer.raw("{\n  \"gathered\": 1,\n  \"pipeline\": ")
      writer.string(pipeline.name)
      writer.raw(",\n  \"migrations\": [\n")
      writer.json(lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",\n"))
      writer.raw("\n  ]\n}\n")
    }
  }
}
