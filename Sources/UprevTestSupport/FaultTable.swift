import Foundation

/// How each system call may fail: the errors that its man page lists, but for those that only a mistake of the program's own
/// brings about (`EBADF` of a closed descriptor, `EFAULT`), and that it may read or write less than it was asked to.
public enum FaultTable {
  /// One call of a run that fails.
  public struct Case: CustomStringConvertible, Sendable {
    public var call: String
    /// Of this call, from 1.
    public var occurrence: Int
    public var number: Int32
    public var isShort: Bool

    public var fault: FaultyFileSystem.Fault {
      FaultyFileSystem.Fault(call, occurrence: occurrence, number: number, isShort: isShort)
    }

    /// Whether the call fails because what it is about is gone, or is another kind of thing: a run believes that.
    public var saysGone: Bool { [ENOENT, ENOTDIR, ELOOP, EISDIR, ENXIO, ENODEV].contains(number) && !isShort }

    public var description: String {
      let how = isShort ? "short, \(number)" : String(cString: strerror(number))
      return "\(call) number \(occurrence): \(how)"
    }
  }

  /// Runs until two runs in a row make the same calls, a few times at most.
  ///
  /// On a busy machine a run makes some calls by chance, and none of them can be made to fail in another: attributes are read once
  /// more where the probe of times of change had to wait, and what a child of another test's has open for writing, between its fork
  /// and its exec, is waited for.
  ///
  /// - Parameter run: does everything from the start, each time the same.
  /// - Returns: what the last run was made with.
  public static func undisturbed(_ run: () throws -> FaultyFileSystem) rethrows -> FaultyFileSystem {
    var last = try run()
    for _ in 1...5 {
      let next = try run()
      if next.record.byCall == last.record.byCall { return next }
      last = next
    }
    return last
  }

  /// By the names that ``FileSystem`` gives its calls.
  public static let numbers: [String: [Int32]] = [
    // open(2), openat2(2)
    "openat": [
      EACCES, EAGAIN, EBUSY, EDQUOT, EEXIST, EFBIG, EINTR, EINVAL, EISDIR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENODEV,
      ENOENT, ENOMEM, ENOSPC, ENOTDIR, ENXIO, EOPNOTSUPP, EOVERFLOW, EPERM, EROFS, ETXTBSY, EXDEV, EIO,
    ],
    "read": [EAGAIN, EINTR, EINVAL, EIO, EISDIR],
    "pread": [EAGAIN, EINTR, EINVAL, EIO, EISDIR, ENXIO, EOVERFLOW, ESPIPE],
    "write": [EAGAIN, EDQUOT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM, EPIPE],
    // And lseek(2), which finds the holes.
    "copy_file_range": [
      EFBIG, EINVAL, EIO, EISDIR, ENOMEM, ENOSPC, EOPNOTSUPP, EOVERFLOW, EPERM, ETXTBSY, EXDEV, ENXIO,
    ],
    "fstat": [ENOMEM, EOVERFLOW, EIO],
    "fstatat": [EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOVERFLOW],
    // fdopendir(3), getdents(2)
    "readdir": [EINVAL, EIO, EMFILE, ENFILE, ENOENT, ENOMEM, ENOTDIR],
    "mkdirat": [
      EACCES, EDQUOT, EEXIST, EINVAL, EIO, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR, EPERM, EROFS,
    ],
    "symlinkat": [
      EACCES, EDQUOT, EEXIST, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR, EPERM, EROFS,
    ],
    "readlinkat": [EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR],
    "linkat": [
      EACCES, EDQUOT, EEXIST, EIO, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR, EPERM, EROFS, EXDEV,
    ],
    "mknodat": [
      EACCES, EDQUOT, EEXIST, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR, EPERM, EROFS,
    ],
    "renameat": [
      EACCES, EBUSY, EDQUOT, EEXIST, EINVAL, EIO, EISDIR, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR,
      ENOTEMPTY, EPERM, EROFS, EXDEV,
    ],
    "renameat2": [
      EACCES, EBUSY, EDQUOT, EEXIST, EINVAL, EIO, EISDIR, ELOOP, EMLINK, ENAMETOOLONG, ENOENT, ENOMEM, ENOSPC, ENOTDIR,
      ENOTEMPTY, EPERM, EROFS, EXDEV,
    ],
    "unlinkat": [
      EACCES, EBUSY, EINVAL, EIO, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM, EROFS,
    ],
    "rmdir": [EACCES, EBUSY, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, ENOTEMPTY, EPERM, EROFS],
    "fchmod": [EIO, EPERM, EROFS],
    "fchown": [EIO, EPERM, EROFS, EDQUOT],
    "fchownat": [EACCES, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM, EROFS],
    "utimensat": [EACCES, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, EROFS],
    // And fgetxattr(2).
    "flistxattr": [E2BIG, ENODATA, EOPNOTSUPP, ERANGE, EIO],
    "fsetxattr": [EDQUOT, EEXIST, ENODATA, ENOSPC, EOPNOTSUPP, EPERM, ERANGE],
    "fremovexattr": [ENODATA, EOPNOTSUPP, EPERM],
    "fsync": [EDQUOT, EINTR, EINVAL, EIO, ENOSPC, EROFS],
    "syncfs": [EDQUOT, EIO, ENOSPC],
    "ftruncate": [EACCES, EFBIG, EINTR, EINVAL, EIO, EISDIR, EPERM, EROFS, ETXTBSY],
    // realpath(3)
    "realpath": [EACCES, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR],
    // Leases and locks of open files.
    "fcntl": [EACCES, EAGAIN, EBUSY, EDEADLK, EINTR, EINVAL, EMFILE, ENOLCK, EPERM],
    "flock": [EBADF, EINTR, EINVAL, ENOLCK],
    // ioctl_iflags(2), ioctl_ficlone(2)
    "ioctl": [EACCES, EINVAL, EISDIR, ENOTTY, EOPNOTSUPP, EPERM, ETXTBSY, EXDEV, ENOSPC, EIO],
    "fstatfs": [EINTR, EIO, ENOMEM, ENOSYS, EOVERFLOW],
  ]

  /// Errors that may come after half of a write.
  private static let afterHalf: [Int32] = [ENOSPC, EDQUOT, EIO, EFBIG]

  /// Whether every case is tried: `UPREV_FULL=1`. Otherwise some of each call, so that each error of each call occurs.
  public static let isFull = ProcessInfo.processInfo.environment["UPREV_FULL"] == "1"

  private static func ways(_ call: String) -> [(number: Int32, isShort: Bool)] {
    let all = (numbers[call] ?? []).map { ($0, false) }
    return switch call {
    case "read", "pread", "copy_file_range": all + [(0, true)]
    case "write": all + afterHalf.map { ($0, true) }
    default: all
    }
  }

  /// The runs to make of a run that was counted: one for each call that fails, in each way.
  ///
  /// - Parameters:
  ///   - calls: how often each call was made.
  ///   - share: in the short form, how many ways are tried of each call.
  ///   - turn: in the short form, tells apart runs of one kind, so that they do not try the same.
  public static func cases(_ calls: [String: Int], share: Int = 2, turn: Int = 0) -> [Case] {
    calls.sorted { $0.key < $1.key }.flatMap { call, count in
      let ways = ways(call)
      let length = isFull ? count * ways.count : max(count * share, ways.count)
      return (0..<(count == 0 || ways.isEmpty ? 0 : length)).map { index in
        let way = isFull ? ways[index / count] : ways[(index + turn) % ways.count]
        return Case(call: call, occurrence: index % count + 1, number: way.number, isShort: way.isShort)
      }
    }
  }

  /// Calls of no name that the table knows.
  public static func unknown(_ calls: [String: Int]) -> [String] { calls.keys.filter { numbers[$0] == nil }.sorted() }

  /// `in place, batch: 251 calls × 147 errors of 18 calls = 617 runs`
  public static func summary(_ what: String, _ calls: [String: Int], _ cases: [Case]) -> String {
    let errors = Set(cases.map { "\($0.call) \($0.number) \($0.isShort)" }).count
    return
      "faults, \(what): \(calls.values.reduce(0, +)) calls × \(errors) errors of \(calls.count) calls = \(cases.count) runs"
  }
}
