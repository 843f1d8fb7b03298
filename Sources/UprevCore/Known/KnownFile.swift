import UprevReport

/// A file as it was when its text was known to be current for one format.
///
/// Equal values mean the same text: whoever writes to a file moves its time of change, which no program can set. That holds only
/// for a time that was over when the text was read, which ``wasAtRest(before:)`` tells, and only on file systems that keep such
/// times (``FileSystemStatus/keepsChangeTimes``). The device is kept apart, once for many files.
struct KnownFile: Hashable, Sendable {
  let inode: UInt64
  /// Bytes, in the upper 48 bits; the number of the format in the lower 16.
  private let sizeAndFormat: UInt64
  private let modificationSeconds: Int64
  private let changeSeconds: Int64
  /// Of the modification, in the upper half; of the change in the lower.
  private let nanoseconds: UInt64

  /// Bytes that one takes where it is kept.
  static let storedSize = 40

  /// A time within so many seconds of the clock may come again: some file systems count in units of two seconds.
  static let grainSeconds: Int64 = 2

  /// - Returns: nil for what is not remembered: no regular file, or a number that has no room.
  init?(_ status: FileStatus, format: Int) {
    guard status.kind == .regular, (0..<(1 << 48)).contains(status.size), let format = UInt16(exactly: format),
      let modification = UInt32(exactly: status.modification.nanoseconds),
      let change = UInt32(exactly: status.change.nanoseconds)
    else { return nil }
    inode = status.inode
    sizeAndFormat = UInt64(status.size) << 16 | UInt64(format)
    modificationSeconds = status.modification.seconds
    changeSeconds = status.change.seconds
    nanoseconds = UInt64(modification) << 32 | UInt64(change)
  }

  /// Whether both times lie more than two seconds before `moment`, which was no later than the look at the file: then whatever
  /// was written since has another time of change.
  func wasAtRest(before moment: Timestamp) -> Bool {
    isOver(modificationSeconds, nanoseconds >> 32, before: moment)
      && isOver(changeSeconds, nanoseconds & 0xFFFF_FFFF, before: moment)
  }

  private func isOver(_ seconds: Int64, _ nanoseconds: UInt64, before moment: Timestamp) -> Bool {
    let (end, overflow) = seconds.addingReportingOverflow(Self.grainSeconds)
    return !overflow && (end, Int64(nanoseconds)) < (moment.seconds, moment.nanoseconds)
  }

  /// What a file is after our own text was put in place, if nobody can have written to it unseen.
  ///
  /// The text was written while nobody else had the file, up to the time `status.modification`. Whoever writes to it later does
  /// so after `exposed`, and that moves the time of modification: by a tick of the kernel's clock or more, where the file
  /// system counts finely.
  ///
  /// - Parameters:
  ///   - status: of the file in its place.
  ///   - staged: its time of modification when our text was in it.
  ///   - exposed: a moment before it first got a document's name.
  static func placed(_ status: FileStatus, format: Int, staged: FileTime, exposed: Timestamp) -> KnownFile? {
    guard status.modification == staged,
      // Whole seconds may be all that the file system counts.
      staged.nanoseconds != 0, status.change.nanoseconds != 0,
      let ticks = exposed.nanoseconds(since: staged), ticks >= Self.severalTicks
    else { return nil }
    return KnownFile(status, format: format)
  }

  /// Ten ticks of the slowest clock that a kernel has, in nanoseconds.
  private static let severalTicks: Int64 = 100_000_000

  func encode(to bytes: inout [UInt8]) {
    for word in [
      inode, sizeAndFormat, UInt64(bitPattern: modificationSeconds), UInt64(bitPattern: changeSeconds), nanoseconds,
    ] {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// - Parameter bytes: as many whole records as there are; the rest is left out.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> [KnownFile] {
    var files: [KnownFile] = []
    files.reserveCapacity(bytes.count / storedSize)
    var offset = 0
    while offset + storedSize <= bytes.count {
      func word(_ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
      }
      files.append(
        KnownFile(
          inode: word(0), sizeAndFormat: word(1), modificationSeconds: Int64(bitPattern: word(2)),
          changeSeconds: Int64(bitPattern: word(3)), nanoseconds: word(4)))
      offset += storedSize
    }
    return files
  }

  private init(
    inode: UInt64, sizeAndFormat: UInt64, modificationSeconds: Int64, changeSeconds: Int64, nanoseconds: UInt64
  ) {
    self.inode = inode
    self.sizeAndFormat = sizeAndFormat
    self.modificationSeconds = modificationSeconds
    self.changeSeconds = changeSeconds
    self.nanoseconds = nanoseconds
  }
}

/// What a decision carries about the file of a document that is current, for the next run.
public struct RememberedFile: Sendable {
  let file: KnownFile
  let device: UInt64
  /// Whether it was known before, and the file was not opened.
  let wasKnown: Bool
}

extension Timestamp {
  /// - Returns: nil where the difference has no room.
  fileprivate func nanoseconds(since time: FileTime) -> Int64? {
    let (seconds, first) = seconds.subtractingReportingOverflow(time.seconds)
    let (whole, second) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, third) = whole.addingReportingOverflow(nanoseconds - time.nanoseconds)
    return first || second || third ? nil : sum
  }
}
