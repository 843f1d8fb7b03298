import UprevReport

/// The names that Uprev gives to its own files and folders inside a target.
enum OwnName {
  private static let prefix: StaticString = ".uprev-"
  private static let keptMark = Array(".uprev-kept-".utf8)

  /// What a run locks in the root of a tree where the root itself cannot be locked.
  static let lockFile = PathName("\(prefix)lock")

  static func isOwn(_ name: UnsafeRawBufferPointer) -> Bool {
    let prefix = UnsafeRawBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
    guard name.count >= prefix.count, let first = name.first, first == prefix[0] else { return false }
    return name.prefix(prefix.count).elementsEqual(prefix)
  }

  static func isOwn(_ name: PathName) -> Bool { name.bytes.withUnsafeBytes(isOwn) }

  /// `.uprev-<runID>`, with what follows.
  static func make(_ runID: String, _ rest: String = "") -> PathName { PathName("\(prefix)\(runID)\(rest)") }

  /// Whether a folder of this name may be a staging folder of that run: `.uprev-<runID>`, or with `-` and a number behind it.
  static func isStaging(_ name: PathName, of runID: String) -> Bool {
    let first = make(runID).bytes
    guard name.bytes.starts(with: first) else { return false }
    let rest = name.bytes.dropFirst(first.count)
    return rest.isEmpty || (rest.first == hyphen && rest.count > 1 && rest.dropFirst().allSatisfy(isDigit))
  }

  /// The run whose staging folder has this name: one with an id as ``RunID`` makes them; nil for any other name.
  static func run(ofStaging name: PathName) -> String? {
    guard isOwn(name) else { return nil }
    // `20260131T235959Z-9f86d081`, by its length.
    let id = name.bytes.dropFirst(make("").bytes.count).prefix(25)
    guard id.count == 25 else { return nil }
    for (place, byte) in id.enumerated() {
      let fits =
        switch place {
        case 8: byte == UInt8(ascii: "T")
        case 15: byte == UInt8(ascii: "Z")
        case 16: byte == hyphen
        case 17...: isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        default: isDigit(byte)
        }
      if !fits { return nil }
    }
    let run = String(decoding: id, as: UTF8.self)
    return isStaging(name, of: run) ? run : nil
  }

  /// Whether a name is one under which another program's file is kept.
  static func isKept(_ name: PathName) -> Bool { isKept(name.bytes[...]) }

  /// The same of the last component of a path.
  static func isKept(_ path: ArraySlice<UInt8>) -> Bool {
    // Backwards: the number, then the run's id, then the mark. Most names end with no digit.
    guard let last = path.last, isDigit(last) else { return false }
    guard let number = path.lastIndex(where: { !isDigit($0) }), path[number] == hyphen else { return false }
    var start = number
    while start > path.startIndex, isOfRunID(path[start - 1]) { start -= 1 }
    // The mark itself ends with letters and hyphens.
    let tail = keptMark.dropFirst()
    guard start > path.startIndex, path[start - 1] == keptMark[0], path[start...].starts(with: tail) else {
      return false
    }
    return start + tail.count < number
  }

  private static let hyphen = UInt8(ascii: "-")

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private static func isOfRunID(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == hyphen || (byte | 0x20) &- 0x61 < 26
  }
}
