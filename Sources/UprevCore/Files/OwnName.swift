import UprevReport

/// The names that Uprev gives to its own files and folders inside a target.
enum OwnName {
  private static let prefix: StaticString = ".uprev-"
  /// Of the name of a copy that is under construction.
  static let copySuffix = "-copy"
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

  /// What a temporary that stands outside of a staging folder is of: `.uprev-<runID>-<kind>`, perhaps with `-` and a number
  /// behind it. Nil for any other name.
  static func temporary(_ name: PathName) -> (kind: TemporaryKind, runID: String)? {
    guard isOwn(name) else { return nil }
    let bytes = name.bytes
    let start = make("").bytes.count
    guard bytes.count > start + 26, bytes[start + 25] == hyphen,
      let run = run(ofStaging: PathName(bytes[..<(start + 25)]))
    else { return nil }
    var rest = bytes[(start + 26)...]
    let number = rest.reversed().prefix(while: isDigit).count
    if number > 0, number < rest.count, rest[rest.endIndex - number - 1] == hyphen { rest = rest.dropLast(number + 1) }
    return TemporaryKind(rawValue: String(decoding: rest, as: UTF8.self)).map { ($0, run) }
  }

  /// The run of which a file or folder of this name is an unfinished copy; nil for any other name.
  static func run(ofCopy name: PathName) -> String? {
    let suffix = Array(copySuffix.utf8)
    guard name.bytes.count > suffix.count, name.bytes.suffix(suffix.count).elementsEqual(suffix) else { return nil }
    let run = run(ofStaging: PathName(name.bytes.dropLast(suffix.count)))
    return run.flatMap { make($0, copySuffix) == name ? $0 : nil }
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
