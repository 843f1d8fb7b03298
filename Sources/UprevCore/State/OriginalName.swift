import UprevReport

/// The names under which a run keeps originals of archives: `<run id>-<number>-<days>d`. The days are for how long it promised to
/// keep them, so that no later run with another rule removes them sooner.
public struct OriginalName: Sendable {
  private let runID: String
  private let days: Int

  public init(runID: String, days: Int) {
    self.runID = runID
    self.days = max(0, days)
  }

  /// - Parameter number: from 1.
  public func name(_ number: Int) -> PathName { PathName("\(runID)-\(number)-\(days)d") }
}
