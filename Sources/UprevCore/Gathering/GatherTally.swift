import LosslessJSON

/// What is known of one statistic so far. Tallies of parts are put together in any order and give the same.
struct GatherTally: Sendable {
  /// Bytes of one value that `distinct` takes in, and of a number as it is written.
  static let longestValue = 1024

  /// Documents with a value that the statistic takes in.
  private(set) var taken: UInt64 = 0
  /// Documents without a value there.
  private(set) var absent: UInt64 = 0
  /// Documents with a value that the statistic cannot take in.
  private(set) var other: UInt64 = 0
  private var content: Content

  private enum Content: Sendable {
    case count
    case extreme(JSONDecimal?, isMaximum: Bool)
    case moments(Moments, isMean: Bool)
    case quantiles(QuantileSketch, [UInt64])
    case distinct(DistinctValues)
  }

  init(_ statistic: Gathering.Statistic) {
    content =
      switch statistic {
      case .count: .count
      case .minimum: .extreme(nil, isMaximum: false)
      case .maximum: .extreme(nil, isMaximum: true)
      case .mean: .moments(Moments(), isMean: true)
      case .standardDeviation: .moments(Moments(), isMean: false)
      case .quantiles(let quantiles): .quantiles(QuantileSketch(), quantiles)
      case .distinct(let most): .distinct(DistinctValues(most: most))
      }
  }

  /// - Parameter value: what is at the statistic's pointer in one document.
  mutating func add(_ value: JSONValue?) {
    guard let value else {
      absent += 1
      return
    }
    if take(value) { taken += 1 } else { other += 1 }
  }

  private mutating func take(_ value: JSONValue) -> Bool {
    switch content {
    case .count: return true
    case .extreme(let found, let isMaximum):
      guard value.kind == .number, value.range.count <= Self.longestValue, let number = value.number,
        CanonicalJSON.literal(number) != nil
      else { return false }
      if let found, isMaximum ? found >= number : found <= number { return true }
      content = .extreme(number, isMaximum: isMaximum)
    case .moments(var moments, let isMean):
      guard let number = Self.double(value) else { return false }
      // Not held twice, or its sums would be copied.
      content = .count
      moments.add(number)
      content = .moments(moments, isMean: isMean)
    case .quantiles(var sketch, let quantiles):
      guard let number = Self.double(value) else { return false }
      content = .count
      sketch.add(number)
      content = .quantiles(sketch, quantiles)
    case .distinct(var values):
      content = .count
      defer { content = .distinct(values) }
      return values.add(value)
    }
    return true
  }

  /// The nearest double; nil where there is none that is finite.
  private static func double(_ value: JSONValue) -> Double? {
    guard value.kind == .number, value.range.count <= longestValue,
      let number = Double(String(decoding: value.literal, as: UTF8.self)), number.isFinite
    else { return nil }
    return number
  }

  /// - Parameter later: a tally of the same statistic.
  mutating func merge(_ later: GatherTally) {
    taken += later.taken
    absent += later.absent
    other += later.other
    let mine = content
    content = .count
    switch (mine, later.content) {
    case (.extreme(let one, let isMaximum), .extreme(let two, _)):
      let extreme: JSONDecimal? =
        if let one, let two { isMaximum ? max(one, two) : min(one, two) } else { one ?? two }
      content = .extreme(extreme, isMaximum: isMaximum)
    case (.moments(var one, let isMean), .moments(let two, _)):
      one.merge(two)
      content = .moments(one, isMean: isMean)
    case (.quantiles(var one, let quantiles), .quantiles(let two, _)):
      one.merge(two)
      content = .quantiles(one, quantiles)
    case (.distinct(var one), .distinct(let two)):
      one.merge(two)
      content = .distinct(one)
    default: content = mine
    }
  }

  /// The value as JSON; nil where there are more different values than are allowed.
  var value: String? {
    switch content {
    case .count: "\(taken)"
    case .extreme(let number, _): number.flatMap { CanonicalJSON.literal($0) } ?? "null"
    case .moments(let moments, let isMean):
      (isMean ? moments.mean : moments.standardDeviation).map { CanonicalJSON.literal($0) } ?? "null"
    case .quantiles(let sketch, let quantiles):
      "["
        + quantiles.map { sketch.quantile(billionths: $0).map { CanonicalJSON.literal($0) } ?? "null" }
        .joined(separator: ",") + "]"
    case .distinct(let values): values.json
    }
  }

  /// How far quantiles may be off, as a share; nil of everything else, which is exact.
  var relativeError: Double? {
    if case .quantiles(let sketch, _) = content { sketch.relativeError } else { nil }
  }
}

/// Different values, and how many documents have each.
struct DistinctValues: Sendable {
  private let most: Int
  /// By their one way of being written; empty once there are too many.
  private var counts: [[UInt8]: UInt64] = [:]
  private var isFull = false

  init(most: Int) {
    self.most = most
  }

  /// - Returns: false for a value that is not taken in.
  mutating func add(_ value: JSONValue) -> Bool {
    guard value.range.count <= GatherTally.longestValue else {
      // One that would be cut short is one too many.
      overflow()
      return true
    }
    var bytes: [UInt8] = []
    guard CanonicalJSON.append(value, to: &bytes) else { return false }
    if isFull { return true }
    counts[bytes, default: 0] += 1
    if counts.count > most { overflow() }
    return true
  }

  mutating func merge(_ other: DistinctValues) {
    if other.isFull { overflow() }
    if isFull { return }
    for (bytes, number) in other.counts { counts[bytes, default: 0] += number }
    if counts.count > most { overflow() }
  }

  private mutating func overflow() {
    isFull = true
    counts = [:]
  }

  /// An array of `{"value": …, "count": …}`, ordered by kind of value, numbers by value, everything else by its bytes; nil where
  /// there are too many.
  var json: String? {
    if isFull { return nil }
    let sorted = counts.map { (bytes: $0.key, number: Self.number($0.key), count: $0.value) }.sorted { left, right in
      let ranks = (Self.rank(left.bytes), Self.rank(right.bytes))
      if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
      if let one = left.number, let two = right.number { return one < two }
      return left.bytes.lexicographicallyPrecedes(right.bytes)
    }
    return "["
      + sorted.map { "{\"value\":\(String(decoding: $0.bytes, as: UTF8.self)),\"count\":\($0.count)}" }
      .joined(separator: ",") + "]"
  }

  private static func number(_ bytes: [UInt8]) -> JSONDecimal? { JSONDecimal(literal: bytes) }

  /// null, false, true, numbers, strings, arrays, objects: as jq orders them.
  private static func rank(_ bytes: [UInt8]) -> Int {
    switch bytes.first {
    case UInt8(ascii: "n"): 0
    case UInt8(ascii: "f"): 1
    case UInt8(ascii: "t"): 2
    case UInt8(ascii: "\""): 4
    case UInt8(ascii: "["): 5
    case UInt8(ascii: "{"): 6
    default: 3
    }
  }
}
