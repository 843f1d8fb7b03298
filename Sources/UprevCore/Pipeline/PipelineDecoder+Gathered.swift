import LosslessJSON

extension PipelineDecoder {
  /// Values from a file for one migration.
  struct GivenValues: Sendable {
    var format: String
    var from: String
    var to: String
    var definition: String
    var statistics: GatheredStatistics
  }

  /// Reads the file of gathered values that the pipeline names.
  mutating func gatheredFile(_ node: YAMLNode) {
    guard let path = name(node, "`gathered`") else { return }
    guard !PipelineFolder.leadsOutside(path) else { return note(.gatheredOutside(path), at: node.mark) }
    let bytes: [UInt8]
    do throws(PipelineFolderError) {
      bytes = try folder.readSchema(path)
    } catch {
      return note(.gatheredProblem(path, error), at: node.mark)
    }
    schemaBytes[Array(path.utf8)] = bytes
    guard let root = try? IndexedJSON(scanning: JSONText(bytes)).root, let given = Self.givenValues(root) else {
      return note(.notGatheredFile(path), at: node.mark)
    }
    self.given = given
  }

  /// - Returns: nil where it is no file of gathered values; members that are not known are passed over.
  private static func givenValues(_ root: JSONValue) -> [GivenValues]? {
    guard root[member: "gathered"]?.number == JSONDecimal(1), let migrations = root[member: "migrations"],
      migrations.kind == .array
    else { return nil }
    var all: [GivenValues] = []
    for element in migrations.elements {
      guard let format = element[member: "format"]?.string, let from = element[member: "from"]?.versionText,
        let to = element[member: "to"]?.versionText, let definition = element[member: "definition"]?.string,
        let documents = element[member: "documents"]?.number?.int, let json = element[member: "statistics"],
        let statistics = GatheredStatistics(documents: documents, json: json)
      else { return nil }
      all.append(
        GivenValues(format: format, from: from, to: to, definition: definition, statistics: statistics))
    }
    return all
  }

  /// Gives a migration the values of the file, where it has some.
  mutating func take(_ gathering: Gathering, from: FormatVersion, to: FormatVersion, at mark: YAMLMark) -> Gathering {
    guard
      let values = given.first(where: {
        $0.format == currentFormat && $0.from == from.description && $0.to == to.description
      })
    else { return gathering }
    var gathering = gathering
    if values.definition == gathering.digest.hexadecimal, values.statistics.covers(gathering) {
      gathering.given = values.statistics
    } else {
      note(.otherDefinition(from: from, to: to), at: mark)
    }
    return gathering
  }
}

extension JSONValue {
  /// A version as text, however it is written.
  var versionText: String? {
    switch kind {
    case .string: string
    case .number: number?.description
    default: nil
    }
  }
}

extension [UInt8] {
  /// Two digits a byte, in lower case.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
