/// Finds out whether a file system tells every change of a file: whether a file whose time of change was looked at has another one
/// after any change, however soon (Linux 6.13, "multigrain timestamps").
enum EveryChange {
  /// Two changes of one tick have the same time where it is not told, and others lie a tick or more apart: no tick is shorter
  /// than a millisecond.
  private static let withinTick: Range<Int64> = 1..<500_000

  /// - Parameter probe: a file of the run's own, of mode 0600, which changes and stays as it is.
  /// - Throws: ``FileSystemError``
  static func isTold(of probe: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) -> Bool {
    var last = try fileSystem.status(of: probe).change
    var told = 0
    // The first change may come long after what it is compared with, this thread may have to wait, and clocks are set. Always as
    // many calls, so that what fails can be told by its number.
    for _ in 1...4 {
      try fileSystem.setMode(probe, 0o600)
      let change = try fileSystem.status(of: probe).change
      if isWithinTick(change, after: last) { told += 1 }
      last = change
    }
    return told >= 2
  }

  /// Whether two times of change are so little apart as only times are that are finer than a tick.
  static func isWithinTick(_ later: FileTime, after earlier: FileTime) -> Bool {
    let seconds = later.seconds.subtractingReportingOverflow(earlier.seconds)
    guard !seconds.overflow, (0...1).contains(seconds.partialValue) else { return false }
    return withinTick.contains(seconds.partialValue * 1_000_000_000 + later.nanoseconds - earlier.nanoseconds)
  }
}
