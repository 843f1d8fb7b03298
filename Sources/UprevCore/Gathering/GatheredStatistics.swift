import LosslessJSON
import UprevReport

/// The statistics of one migration, once they are known, with what they were made of.
struct GatheredStatistics: Sendable {
  /// Documents that were at the version where the migration begins, or came through it.
  var documents: Int
  /// In the pipeline's order.
  var statistics: [Value]

  struct Value: Sendable {
    var name: String
    /// The pipeline's word.
    var statistic: String
    /// Nil for a program.
    var pointer: String?
    var taken: Int
    var absent: Int
    var other: Int
    /// Of quantiles: how far they may be off, as a share.
    var relativeError: Double?
    /// Nil for a program.
    var value: JSONValue?
  }
}

/// What steps see of everything that was gathered: for one document, since a program may have answered for it.
struct GatheredValues: Sendable {
  /// The same for all documents.
  let shared: SharedGatheredValues
  /// This document's own.
  let own: [String: JSONValue]

  init(_ shared: SharedGatheredValues, own: [String: JSONValue] = [:]) {
    self.shared = shared
    self.own = own
  }

  subscript(name: String) -> JSONValue? { own[name] ?? shared.values[name] }

  /// One object, for programs.
  var json: [UInt8] {
    if own.isEmpty { return shared.json }
    return SharedGatheredValues.json(shared.values.merging(own) { _, own in own })
  }
}

/// What all documents have in common of what was gathered.
final class SharedGatheredValues: Sendable {
  let values: [String: JSONValue]
  /// One object, without white space, members by their names.
  let json: [UInt8]

  init(_ values: [String: JSONValue]) {
    self.values = values
    json = SharedGatheredValues.json(values)
  }

  convenience init(_ statistics: GatheredStatistics) {
    // What programs answered belongs to documents.
    var values: [String: JSONValue] = [:]
    for statistic in statistics.statistics where statistic.pointer != nil { values[statistic.name] = statistic.value }
    self.init(values)
  }

  static func json(_ values: [String: JSONValue]) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (position, member) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }).enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      StringEscaping.append(member.key, escapesNonASCII: false, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      bytes += member.value.literal
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
