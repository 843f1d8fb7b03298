/// One of the six stages of a run, in their order.
public enum Stage: String, CaseIterable, Sendable {
  case discover
  case read
  case detect
  case migrate
  case validate
  case write
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
  private var records: [Stage: StageRecord] = [:]

  /// Nothing done yet.
  public init() {}

  /// One stage; nothing done is zeros.
  public subscript(stage: Stage) -> StageRecord {
    get { records[stage] ?? StageRecord() }
    set { records[stage] = newValue }
  }

  /// Adds to one stage.
  public mutating func add(_ stage: Stage, items: Int, seconds: Double) {
    records[stage, default: StageRecord()].items += items
    records[stage, default: StageRecord()].seconds += seconds
  }
}
