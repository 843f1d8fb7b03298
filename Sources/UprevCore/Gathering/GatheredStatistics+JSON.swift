import LosslessJSON
import UprevReport

extension GatheredStatistics {
  /// As they are recorded, and stand in files: an array.
  var json: [UInt8] {
    JSONByteWriter.text { $0.statistics(report) }
  }

  /// As they stand in a report.
  var report: [GatheredRecord.Statistic] {
    statistics.map { value in
      GatheredRecord.Statistic(
        name: value.name, statistic: value.statistic, at: value.pointer, taken: value.taken, absent: value.absent,
        other: value.other, relativeError: value.relativeError,
        value: value.value.map { String(decoding: $0.literal, as: UTF8.self) })
    }
  }

  /// What ``json`` made, or a person.
  ///
  /// - Returns: nil where it is not that; members that are not known are passed over.
  init?(documents: Int, json: JSONValue) {
    guard json.kind == .array, documents >= 0 else { return nil }
    var statistics: [Value] = []
    for element in json.elements {
      guard let name = element[member: "name"]?.string, let statistic = element[member: "statistic"]?.string,
        let taken = element[member: "taken"]?.number?.int, let absent = element[member: "absent"]?.number?.int,
        let other = element[member: "other"]?.number?.int, let value = element[member: "value"]
      else { return nil }
      let error = element[member: "relativeError"].flatMap { Double(String(decoding: $0.literal, as: UTF8.self)) }
      statistics.append(
        Value(
          name: name, statistic: statistic, pointer: element[member: "at"]?.string, taken: taken, absent: absent,
          other: other, relativeError: error, value: value))
    }
    self.init(documents: documents, statistics: statistics)
  }

  /// Whether there is a value for everything that is gathered.
  func covers(_ gathering: Gathering) -> Bool {
    gathering.statistics.allSatisfy { wanted in statistics.contains { $0.name == wanted.name } }
  }
}
