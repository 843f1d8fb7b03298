import UprevReport

/// How many documents of a run may be rejected before it stops early.
public enum RejectionLimit: Hashable, Sendable, CustomStringConvertible {
  /// More than so many.
  case documents(Int)
  /// More than so many of a hundred of those decided so far, from 0 to 100.
  case percent(Int)

  /// Documents that must be decided before a share of them says anything.
  public static let fewestDecided = 100

  /// - Parameter argument: `N` or `P%`.
  public init?(argument: String) {
    let isShare = argument.hasSuffix("%")
    let digits = isShare ? argument.dropLast() : argument[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
      return nil
    }
    if isShare, number > 100 { return nil }
    self = isShare ? .percent(number) : .documents(number)
  }

  /// - Parameters:
  ///   - rejected: documents rejected so far.
  ///   - decided: documents decided so far, those included.
  public func isExceeded(rejected: Int, decided: Int) -> Bool {
    switch self {
    case .documents(let most): return rejected > most
    case .percent(let most):
      guard decided >= Self.fewestDecided else { return false }
      // A hundred times a count of documents may not fit into one Int.
      let (left, right) = (rejected.multipliedFullWidth(by: 100), decided.multipliedFullWidth(by: most))
      return (left.high, left.low) > (right.high, right.low)
    }
  }

  /// As it is written on the command line.
  public var description: String {
    switch self {
    case .documents(let most): "\(most)"
    case .percent(let most): "\(most)%"
    }
  }
}

/// Counts the documents that a run decides and rejects, against a limit.
///
/// Documents count when they are decided, in the order of discovery, so that where a run stops does not depend on the number of
/// workers; one that a writer rejects afterwards counts when it comes back. What no format claims, and what is skipped, is
/// not counted as decided. It is used by one thread at a time.
struct RejectionTally {
  let limit: RejectionLimit?
  private(set) var rejected = 0
  private(set) var decided = 0
  /// Of decisions handed to the writer: how many, and the numbers of those that were rejected already and have not come back.
  private var handed = 0
  private var returned = 0
  private var rejectedInHand: [Int] = []
  private var firstInHand = 0

  init(limit: RejectionLimit?) {
    self.limit = limit
  }

  var isExceeded: Bool { limit?.isExceeded(rejected: rejected, decided: decided) ?? false }

  /// A decision that is about to be handed to a writer.
  mutating func decide(_ decision: Decision) {
    guard limit != nil else { return }
    switch decision.outcome {
    case .migrated, .current, .newer: decided += 1
    case .rejected:
      decided += 1
      rejected += 1
      rejectedInHand.append(handed)
    case .unmatched, .skipped: break
    }
    handed += 1
  }

  /// Documents that are known, and that no writer is handed.
  mutating func count(_ documents: Int, _ outcome: Outcome) {
    if limit != nil, outcome == .current { decided += documents }
  }

  /// A decision that came back from the writer, final. They come back in the order in which they were handed over.
  mutating func settle(_ decision: Decision) {
    guard limit != nil else { return }
    if firstInHand < rejectedInHand.count, rejectedInHand[firstInHand] == returned {
      firstInHand += 1
      if firstInHand == rejectedInHand.count {
        rejectedInHand.removeAll(keepingCapacity: true)
        firstInHand = 0
      }
    } else if decision.outcome == .rejected {
      rejected += 1
    }
    returned += 1
  }
}
