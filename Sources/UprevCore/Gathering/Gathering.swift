import LosslessJSON

/// What a migration gathers over all documents, at the version where it begins, before its steps run.
struct Gathering: Sendable {
  /// Names that one migration can gather.
  static let mostNames = 64

  /// In the pipeline's order; at least one.
  var entries: [Entry]
  /// SHA-256 of what is gathered under which names, 32 bytes: values belong to the definition that they were gathered by.
  var digest: [UInt8]
  /// Values from a file that the pipeline names; nil: they are gathered.
  var given: GatheredStatistics?

  /// One name, and what it stands for.
  struct Entry: Sendable {
    var name: String
    var source: Source
  }

  enum Source: Sendable {
    /// One value for all documents, made of what is at a pointer in each.
    case statistic(Statistic, JSONPointer)
    /// A value for each document, which a program answers when it has seen all of them.
    case program(ProgramCommand)
  }

  enum Statistic: Hashable, Sendable {
    /// How many documents have a value there.
    case count
    /// Of numbers, exactly.
    case minimum
    case maximum
    /// Of numbers as doubles.
    case mean
    case standardDeviation
    /// Each in billionths, in the pipeline's order.
    case quantiles([UInt64])
    /// Every different value, with the number of documents that have it; so many at most.
    case distinct(most: Int)

    /// The word of the pipeline language.
    var word: String {
      switch self {
      case .count: "count"
      case .minimum: "min"
      case .maximum: "max"
      case .mean: "mean"
      case .standardDeviation: "stddev"
      case .quantiles: "quantiles"
      case .distinct: "distinct"
      }
    }
  }

  /// Those with one value for all documents.
  var statistics: [(name: String, statistic: Statistic, pointer: JSONPointer)] {
    entries.compactMap { entry in
      guard case .statistic(let statistic, let pointer) = entry.source else { return nil }
      return (entry.name, statistic, pointer)
    }
  }

  /// Those with a value for each document.
  var programs: [(name: String, command: ProgramCommand)] {
    entries.compactMap { entry in
      guard case .program(let command) = entry.source else { return nil }
      return (entry.name, command)
    }
  }
}
