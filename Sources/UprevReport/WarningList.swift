/// The warnings of a run, in bounded memory.
///
/// A run can warn about every document, and warnings stand after the documents in a report. So each code keeps its first
/// ``maximumCount`` warnings or ``maximumBytes`` bytes, whichever comes first, and what is left out is counted: a
/// closing `warnings-omitted` names the code and the number. A code that is common never hides one that is rare. What is
/// kept depends on the order of the documents alone, not on the number of workers.
public struct WarningList: Sendable {
  /// Warnings that are kept of one code.
  public static let maximumCount = 10_000
  /// Bytes of messages and paths that are kept of one code.
  public static let maximumBytes = 4 << 20

  private struct Kept {
    var count = 0
    var bytes = 0
    var omitted = 0
  }

  private var kept: [WarningRecord] = []
  private var byCode: [WarningCode: Kept] = [:]

  /// No warnings yet.
  public init() {}

  /// How many were added, kept or not.
  public var count: Int { byCode.values.reduce(0) { $0 + $1.count + $1.omitted } }

  /// Takes one more.
  public mutating func add(_ warning: WarningRecord) {
    var state = byCode[warning.code] ?? Kept()
    let size = warning.message.utf8.count + (warning.path?.bytes.count ?? 0)
    if state.omitted == 0, state.count < Self.maximumCount, size <= Self.maximumBytes - state.bytes {
      state.count += 1
      state.bytes += size
      kept.append(warning)
    } else {
      state.omitted += 1
    }
    byCode[warning.code] = state
  }

  /// What the report lists: those kept, in the order in which they came, then one for each code of which some were left
  /// out, in the order of ``WarningCode``.
  public var records: [WarningRecord] {
    kept
      + WarningCode.allCases.compactMap { code in
        guard let omitted = byCode[code]?.omitted, omitted > 0 else { return nil }
        return .omitted(omitted, of: code)
      }
  }
}
