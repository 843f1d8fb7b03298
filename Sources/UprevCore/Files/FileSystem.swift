import UprevReport

/// The only way to the file system: every system call that touches a path or a descriptor of a target, a report or a state
/// file goes through here, so that tests can make any of them fail.
///
/// Names are relative to `directory` where one is given. `EINTR` is retried inside. Nothing here traps on bad input.
public protocol FileSystem: Sendable {
  /// `openat(2)`; `O_CLOEXEC` is always added.
  func open(_ name: PathName, in directory: OpenFile?, _ flags: OpenFlags, mode: UInt32) throws(FileSystemError)
    -> OpenFile
  /// `read(2)`, or `pread(2)` where `offset` is given. 0 is the end.
  func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64?) throws(FileSystemError)
    -> Int
  /// Writes all of `bytes`, at the file's offset.
  func write(_ file: OpenFile, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError)
  /// Copies up to `count` bytes between the files' offsets inside the kernel where it can; 0 is the end. Holes stay holes:
  /// `destination` ends where the copy does.
  func copy(from source: OpenFile, to destination: OpenFile, count: Int) throws(FileSystemError) -> Int
  /// `fstat(2)`
  func status(of file: OpenFile) throws(FileSystemError) -> FileStatus
  /// `fstatat(2)`
  func status(of name: PathName, in directory: OpenFile?, followingLinks: Bool) throws(FileSystemError) -> FileStatus
  /// The names in a directory, without `.` and `..`, unsorted, each with its kind where the file system tells it.
  func forEachName(in directory: OpenFile, _ body: (UnsafeRawBufferPointer, FileKind?) -> Void)
    throws(FileSystemError)
  func makeDirectory(_ name: PathName, in directory: OpenFile?, mode: UInt32) throws(FileSystemError)
  func makeSymbolicLink(_ name: PathName, in directory: OpenFile?, to destination: PathName) throws(FileSystemError)
  func symbolicLinkDestination(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) -> PathName
  func makeHardLink(
    _ name: PathName, in directory: OpenFile?, to existing: PathName, in existingDirectory: OpenFile?
  ) throws(FileSystemError)
  /// `mknod(2)`, for fifos, sockets and devices.
  func makeNode(_ name: PathName, in directory: OpenFile?, like status: FileStatus) throws(FileSystemError)
  /// `renameat2(2)`. Called by `AtomicReplace` alone.
  func rename(
    _ name: PathName, in directory: OpenFile?, to newName: PathName, in newDirectory: OpenFile?, _ mode: RenameMode
  ) throws(FileSystemError)
  func unlink(_ name: PathName, in directory: OpenFile?) throws(FileSystemError)
  func removeDirectory(_ name: PathName, in directory: OpenFile?) throws(FileSystemError)
  func setMode(_ file: OpenFile, _ mode: UInt32) throws(FileSystemError)
  func setOwner(_ file: OpenFile, user: UInt32, group: UInt32) throws(FileSystemError)
  /// `utimensat(2)` on a name, not following links.
  func setTimes(_ name: PathName, in directory: OpenFile?, access: FileTime, modification: FileTime)
    throws(FileSystemError)
  func setOwner(_ name: PathName, in directory: OpenFile?, user: UInt32, group: UInt32) throws(FileSystemError)
  /// All extended attributes, POSIX ACLs and labels included; empty where the file system has none.
  func extendedAttributes(of file: OpenFile) throws(FileSystemError) -> [ExtendedAttribute]
  func setExtendedAttribute(_ attribute: ExtendedAttribute, of file: OpenFile) throws(FileSystemError)
  func removeExtendedAttribute(_ name: [UInt8], of file: OpenFile) throws(FileSystemError)
  /// `fsync(2)` of a file or a directory (macOS: `F_FULLFSYNC`).
  func synchronize(_ file: OpenFile) throws(FileSystemError)
  /// A hint that the file will be flushed: `sync_file_range(2)` of what is dirty, without waiting. What goes wrong here goes
  /// wrong again, and is told, at `synchronize`.
  func beginWriteback(of file: OpenFile)
  /// `syncfs(2)` of the file system that holds `file`, and its error since `file` was opened.
  func synchronizeFileSystem(of file: OpenFile) throws(FileSystemError)
  func truncate(_ file: OpenFile, to size: Int64) throws(FileSystemError)
  /// Takes a read lease (`fcntl(2)`, `F_SETLEASE`) on a file that is open for reading only, as a sign that nobody has it open
  /// for writing. A lease that was granted is held until ``releaseLease(of:)`` or until the file is closed: whoever opens the
  /// file for writing meanwhile waits.
  func takeReadLease(on file: OpenFile) throws(FileSystemError) -> ReadLease
  func releaseLease(of file: OpenFile) throws(FileSystemError)
  /// Whether a lease that was granted is still held, and nobody waits to open the file for writing (`F_GETLEASE`): then nobody
  /// has had it open so since it was granted.
  func holdsReadLease(on file: OpenFile) throws(FileSystemError) -> Bool
  /// An exclusive `flock(2)`, without waiting; it goes when the file is closed.
  ///
  /// - Returns: whether it was taken; false where another open file has it.
  /// - Throws: ``FileSystemError``, of kind ``FailureKind/unsupported`` or `badDescriptor` where the file system needs a
  ///   file that is open for writing (``lockDescription(of:)``).
  func lock(_ file: OpenFile) throws(FileSystemError) -> Bool
  func unlock(_ file: OpenFile) throws(FileSystemError)
  /// The same by `fcntl(2)`, `F_OFD_SETLK`, on a file that is open for writing: for network file systems.
  func lockDescription(of file: OpenFile) throws(FileSystemError) -> Bool
  /// The flags of `chattr(1)` (macOS: `chflags(2)`); nil where the file system has none.
  func flags(of file: OpenFile) throws(FileSystemError) -> UInt32?
  func setFlags(_ flags: UInt32, of file: OpenFile) throws(FileSystemError)
  /// `fstatfs(2)`: what holds the file, and how much room is left there.
  func fileSystemStatus(of file: OpenFile) throws(FileSystemError) -> FileSystemStatus
  /// Lets an empty file share the blocks of another (`FICLONE`).
  /// - Throws: ``FileSystemError``, of kind ``FailureKind/unsupported`` where the file system cannot.
  func clone(_ source: OpenFile, to destination: OpenFile) throws(FileSystemError)
  /// `realpath(3)`
  func resolved(_ name: PathName) throws(FileSystemError) -> PathName
}

/// Flags of `open(2)` that this project uses.
public struct OpenFlags: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Neither of the next two: `O_RDONLY`.
  public static let readOnly: OpenFlags = []
  public static let writeOnly = OpenFlags(rawValue: 1)
  public static let readWrite = OpenFlags(rawValue: 2)
  public static let create = OpenFlags(rawValue: 4)
  public static let exclusive = OpenFlags(rawValue: 8)
  public static let noFollow = OpenFlags(rawValue: 16)
  public static let directory = OpenFlags(rawValue: 32)
  /// So that opening a fifo that took a document's place does not wait.
  public static let nonBlocking = OpenFlags(rawValue: 64)
  /// Only what lies beneath the directory, following no symbolic link on the way: `openat2(2)` with `RESOLVE_BENEATH` and
  /// `RESOLVE_NO_SYMLINKS`. Where the system has none, a name of several components is refused (`unsupported`), and one
  /// component is opened with `O_NOFOLLOW`.
  public static let beneath = OpenFlags(rawValue: 128)
  /// Reading does not move the time of access, where this process may ask for that: it owns the file, or is root
  /// (`O_NOATIME`). Elsewhere it has no effect.
  public static let withoutAccess = OpenFlags(rawValue: 256)
}

/// What `rename(2)` does with what has the new name.
public enum RenameMode: Hashable, Sendable {
  /// It is gone.
  case replacing
  /// It makes the call fail (`RENAME_NOREPLACE`).
  case exclusive
  /// It gets the old name (`RENAME_EXCHANGE`; macOS `RENAME_SWAP`).
  case exchanging
}

/// What a request for a read lease came to.
public enum ReadLease: Hashable, Sendable {
  /// Nobody has the file open for writing, and whoever opens it so now waits.
  case granted
  /// Some process has the file open for writing.
  case openForWriting
  /// It cannot be told: the file belongs to somebody else, or its file system has no leases.
  case unavailable
}

/// What holds a file.
public struct FileSystemStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case local
    case network
    case fuse
    case overlay
  }

  public var kind: Kind
  /// For this user.
  public var freeBytes: UInt64
  /// `UInt64.max` where they are not counted.
  public var freeInodes: UInt64
  /// Whether `syncfs(2)` tells of errors there: not before Linux 5.8, not on FUSE, and not on an overlay, which may be
  /// mounted `volatile`.
  public var reportsFlushErrors: Bool
  /// Whether a file of which every 4 KiB were written to may be changed through memory, even when the disk is full by then:
  /// not where blocks are smaller, and not where what is changed is written to new blocks.
  public var keepsRoomForMappedFiles: Bool
  /// Whether it is known to give a file another time of change with every change of its text: not where another machine, or a
  /// program, says what the time is, and not where nobody has looked.
  public var keepsChangeTimes: Bool

  public init(
    kind: Kind, freeBytes: UInt64, freeInodes: UInt64, reportsFlushErrors: Bool, keepsRoomForMappedFiles: Bool = true,
    keepsChangeTimes: Bool = false
  ) {
    self.kind = kind
    self.freeBytes = freeBytes
    self.freeInodes = freeInodes
    self.reportsFlushErrors = reportsFlushErrors
    self.keepsRoomForMappedFiles = keepsRoomForMappedFiles
    self.keepsChangeTimes = keepsChangeTimes
  }
}

/// What a directory entry is.
public enum FileKind: Hashable, Sendable {
  case regular
  case directory
  case symbolicLink
  case fifo
  case socket
  case characterDevice
  case blockDevice
  case unknown
}

/// A moment of a file system: whole seconds since 1970 and nanoseconds.
public struct FileTime: Hashable, Sendable {
  public var seconds: Int64
  public var nanoseconds: Int64

  public init(seconds: Int64, nanoseconds: Int64) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// What `stat(2)` says.
public struct FileStatus: Hashable, Sendable {
  public var kind: FileKind
  public var device: UInt64
  public var inode: UInt64
  /// The permission bits, set-id and sticky bits included.
  public var mode: UInt32
  public var linkCount: UInt64
  public var user: UInt32
  public var group: UInt32
  /// The device a device file stands for.
  public var representedDevice: UInt64
  /// Bytes.
  public var size: Int64
  public var access: FileTime
  public var modification: FileTime
  public var change: FileTime

  public init(
    kind: FileKind, device: UInt64, inode: UInt64, mode: UInt32, linkCount: UInt64, user: UInt32, group: UInt32,
    representedDevice: UInt64, size: Int64, access: FileTime, modification: FileTime, change: FileTime
  ) {
    self.kind = kind
    self.device = device
    self.inode = inode
    self.mode = mode
    self.linkCount = linkCount
    self.user = user
    self.group = group
    self.representedDevice = representedDevice
    self.size = size
    self.access = access
    self.modification = modification
    self.change = change
  }
}

/// An extended attribute, name and value as the kernel gives them.
public struct ExtendedAttribute: Hashable, Sendable {
  public var name: [UInt8]
  public var value: [UInt8]

  public init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }
}
