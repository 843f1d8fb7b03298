import UprevCore
import UprevReport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `.uprev-originals`, mode 0700, beside the archives of a folder: their files as they were before a run replaced them, each
/// `<run id>-<number>-<days>d`, until their run is pruned or the days have passed that it promised to keep them.
///
/// The name ends like no archive's, so that no `*.tar*` of a backup or of a cron job meets them.
struct OriginalsFolder {
  /// An original in its place.
  struct Kept {
    let name: PathName
    let status: FileStatus
    /// Whether it is a further name of the archive's own file.
    let isLink: Bool
  }

  static let name = PathName(".uprev-originals")
  private static let attempts = 10_000
  /// What is left free, so that the new archive and the journal do not fail for the copy.
  private static let reserve: UInt64 = 16 << 20

  private let fileSystem: any FileSystem
  private let location: ArchiveLocation
  private let folder: OpenFile

  /// - Parameter makes: whether it is made where it is missing.
  /// - Returns: nil where it is missing, and not made.
  /// - Throws: ``TargetError`` `permission-denied` where what has the name is no folder of this user's alone.
  init?(
    beside location: ArchiveLocation, makes: Bool, _ fileSystem: any FileSystem
  ) throws(TargetError) {
    self.fileSystem = fileSystem
    self.location = location
    do throws(FileSystemError) {
      if makes { try Self.make(in: location.folder, fileSystem) }
      folder = try fileSystem.open(Self.name, in: location.folder, [.readOnly, .directory, .noFollow], mode: 0)
      let status = try fileSystem.status(of: folder)
      guard status.user == geteuid(), status.mode & 0o7777 == 0o700 else {
        throw FileSystemError(call: "open", path: Self.name, number: EACCES)
      }
    } catch {
      if error.kind == .absent, !makes { return nil }
      throw Self.error(error, location.path)
    }
  }

  private static func make(in folder: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) {
    do {
      try fileSystem.makeDirectory(name, in: folder, mode: 0o700)
    } catch  where error.kind == .exists {
      // An earlier run's, or something that is refused below.
    }
  }

  private static func error(_ error: FileSystemError, _ path: PathName) -> TargetError {
    switch error.kind {
    case .accessDenied, .notPermitted, .symbolicLink, .noDirectory: ArchiveWords.originalsNotOurs(path)
    default: ArchiveWords.originalNotKept(error, path)
    }
  }

  // MARK: keeping

  /// Gives the archive's file a further name here; where the kernel forbids that, makes a clone or a copy, with attributes
  /// and times.
  ///
  /// - Parameters:
  ///   - source: the archive, with an offset of its own.
  ///   - status: of the archive, as it was read.
  ///   - willCopy: called before a clone or a copy is made, which may take long.
  /// - Returns: what is kept, durable if `flushes`.
  /// - Throws: ``TargetError``; then nothing is left here.
  func keep(
    _ source: OpenFile, _ status: FileStatus, runID: String, days: Int, flushes: Bool, willCopy: () -> Void
  ) throws(TargetError) -> Kept {
    do throws(FileSystemError) {
      let kept: Kept
      let names = OriginalName(runID: runID, days: days)
      if let linked = try link(names, status) {
        kept = linked
      } else {
        willCopy()
        kept = try copy(source, status, names)
      }
      do throws(FileSystemError) {
        if flushes {
          try fileSystem.synchronize(folder)
          try fileSystem.synchronize(location.folder)
        }
      } catch {
        remove(kept)
        throw error
      }
      return kept
    } catch {
      throw ArchiveWords.originalNotKept(error, location.path)
    }
  }

  /// - Returns: nil where the kernel forbids it.
  private func link(_ names: OriginalName, _ status: FileStatus) throws(FileSystemError) -> Kept? {
    let name: PathName
    do throws(FileSystemError) {
      name = try withFreeName(names) { (name) throws(FileSystemError) in
        try fileSystem.makeHardLink(name, in: folder, to: location.name, in: location.folder)
      }
    } catch {
      switch error.kind {
      // EPERM: fs.protected_hardlinks, or a file system without links; EXDEV: a mount point of its own.
      case .notPermitted, .accessDenied, .tooManyLinks, .unsupported, .otherDevice: return nil
      // Another program saved or removed the archive in that moment.
      case .absent: throw FileSystemError(call: error.call, path: error.path, number: ESTALE)
      default: throw error
      }
    }
    let now: FileStatus
    do throws(FileSystemError) {
      now = try fileSystem.status(of: name, in: folder, followingLinks: false)
    } catch {
      try? fileSystem.unlink(name, in: folder)
      throw error
    }
    // The change of its links moved the time of change; what else has changed is found when the names are exchanged.
    guard now.identity == status.identity else {
      try? fileSystem.unlink(name, in: folder)
      throw FileSystemError(call: "linkat", path: location.name, number: ESTALE)
    }
    return Kept(name: name, status: now, isLink: true)
  }

  private func copy(_ source: OpenFile, _ status: FileStatus, _ names: OriginalName) throws(FileSystemError) -> Kept {
    var made: OpenFile?
    let name = try withFreeName(names) { (name) throws(FileSystemError) in
      made = try fileSystem.open(name, in: folder, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
    }
    do throws(FileSystemError) {
      guard let made else { throw FileSystemError(call: "openat", path: name, number: ENOENT) }
      try fill(made, from: source, status)
      try fileSystem.setAttributes(
        of: made, from: fileSystem.status(of: made), to: status, fileSystem.extendedAttributes(of: source))
      try fileSystem.setTimes(name, in: folder, access: status.access, modification: status.modification)
      try fileSystem.synchronize(made)
      return Kept(name: name, status: try fileSystem.status(of: made), isLink: false)
    } catch {
      try? fileSystem.unlink(name, in: folder)
      throw error
    }
  }

  private func fill(_ copy: OpenFile, from source: OpenFile, _ status: FileStatus) throws(FileSystemError) {
    do throws(FileSystemError) {
      return try fileSystem.clone(source, to: copy)
    } catch {
      guard [.unsupported, .otherDevice, .notPermitted, .badDescriptor, .other].contains(error.kind) else {
        throw error
      }
    }
    let room = try fileSystem.fileSystemStatus(of: copy)
    guard room.freeBytes >= UInt64(max(0, status.size)) + Self.reserve, room.freeInodes >= 16 else {
      throw FileSystemError(call: "fstatfs", path: Self.name, number: ENOSPC)
    }
    var rest = status.size
    while rest > 0 {
      let count = try fileSystem.copy(from: source, to: copy, count: Int(min(rest, 1 << 30)))
      guard count > 0 else { throw FileSystemError(call: "copy_file_range", path: location.name, number: ESTALE) }
      rest -= Int64(count)
    }
  }

  private func withFreeName(
    _ names: OriginalName, _ make: (PathName) throws(FileSystemError) -> Void
  ) throws(FileSystemError) -> PathName {
    var number = 1
    while true {
      let name = names.name(number)
      do {
        try make(name)
        return name
      } catch  where error.kind == .exists && number < Self.attempts {
        number += 1
      }
    }
  }

  /// For an archive that was not replaced after all.
  func remove(_ kept: Kept) {
    guard let now = try? fileSystem.status(of: kept.name, in: folder, followingLinks: false),
      now.identity == kept.status.identity
    else { return }
    // What stays is removed when it expires.
    try? fileSystem.unlink(kept.name, in: folder)
    try? fileSystem.removeDirectory(Self.name, in: location.folder)
  }

  // MARK: expiry

  /// Removes the originals that were to be kept until before `runID` began, each as the run that kept it promised, and the folder
  /// when it is empty. What has another name stays.
  func removeExpired(before runID: String) throws(FileSystemError) {
    guard let now = RunIDTime(runID) else { return }
    var names: [PathName] = []
    try fileSystem.forEachName(in: folder) { name, _ in names.append(PathName(name)) }
    var isEmpty = true
    for name in names {
      guard let end = OriginalName.keptUntil(name), end < now.seconds,
        try fileSystem.status(of: name, in: folder, followingLinks: false).kind == .regular
      else {
        isEmpty = false
        continue
      }
      try fileSystem.unlink(name, in: folder)
    }
    // Another run may be about to keep something here; then it is not empty, or is made again.
    if isEmpty { try? fileSystem.removeDirectory(Self.name, in: location.folder) }
  }
}

extension OriginalName {
  /// The moment until which what has this name is kept, seconds since 1970; nil for a name that no run gives.
  static func keptUntil(_ name: PathName) -> Int64? {
    let parts = name.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard name.bytes.count > 25, name.bytes[25] == UInt8(ascii: "-"), parts.count == 4,
      parts[3].last == UInt8(ascii: "d"), isNumber(parts[2]), isNumber(parts[3].dropLast()),
      let days = Int64(String(decoding: parts[3].dropLast(), as: UTF8.self)),
      let time = RunIDTime(String(decoding: name.bytes.prefix(25), as: UTF8.self))
    else { return nil }
    let (seconds, overflows) = days.multipliedReportingOverflow(by: 86_400)
    let (end, isTooLate) = time.seconds.addingReportingOverflow(seconds)
    return overflows || isTooLate ? nil : end
  }

  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }
}

/// When a run began, by its id: `20260131T235959Z-9f86d081`.
struct RunIDTime {
  /// Since 1970.
  let seconds: Int64

  init?(_ runID: String) { self.init(Array(runID.utf8)[...]) }

  private init?(_ id: ArraySlice<UInt8>) {
    let bytes = Array(id)
    guard bytes.count == 25, bytes[8] == 0x54, bytes[15] == 0x5a, bytes[16] == 0x2d else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
      let minute = number(11..<13), let second = number(13..<15), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    // Days of the Gregorian calendar, years counted from March, so that the leap day is the last.
    let shifted = month > 2 ? year : year - 1
    let fromMarch = (month + 9) % 12
    let days =
      365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * fromMarch + 2) / 5 + day - 1 - 719_468
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
  }
}
