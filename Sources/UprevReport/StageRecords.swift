/// One of the six stages of a run, in their order.
public enum Stage: String, CaseIterable, Sendable {
  case discover
  case read
  case detect
  case migrate
  case validate
  case write

  /// Among all of them, from 0.
  fileprivate var place: Int {
    switch self {
    case .discover: 0
    case .read: 1
    case .detect: 2
    case .migrate: 3
    case .validate: 4
    case .write: 5
    }
  }
}

/// What one stage did.
public struct StageRecord: Equatable, Sendable {
  /// Documents that came out of it.
  public var items: Int
  /// Time spent in it, summed over workers: with several, it can exceed the time on the clock.
  public var seconds: Double

  /// What a stage did; by default nothing.
  public init(items: Int = 0, seconds: Double = 0) {
    self.items = items
    self.seconds = seconds
  }
}

/// What each stage did.
public struct StageRecords: Equatable, Sendable {
  /// By the stages' order. No dictionary: every document counts here, several times.
  private var records = [StageRecord](repeating: StageRecord(), count: Stage.allCases.count)

  /// Nothing done yet.
  public init() {}

  /// One stage; nothing done is zeros.
  public subscript(stage: Stage) -> StageRecord {
    get { records[stage.place] }
    set { records[stage.place] = newValue }
  }

  /// Adds to one stage.
  public mutating func add(_ stage: Stage, items: Int, seconds: Double) {
    records[stage.place].items += items
    records[stage.place].seconds += seconds
  }
}
