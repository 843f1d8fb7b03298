/// What belongs to a file beside its bytes, and what a replacement must carry on: times are not part of it.
public struct FileAttributes: Hashable, Sendable {
  /// The permission bits, set-id and sticky bits included.
  public var mode: UInt32
  public var user: UInt32
  public var group: UInt32
  /// Access control list and label included, in byte order of their names.
  public var extended: [ExtendedAttribute]
  /// The flags of ``FileAttributes/carriedFlags`` that are set; nil where the file system has none.
  public var flags: UInt32?

  public init(mode: UInt32, user: UInt32, group: UInt32, extended: [ExtendedAttribute], flags: UInt32?) {
    self.mode = mode
    self.user = user
    self.group = group
    self.extended = extended.count < 2 ? extended : extended.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    self.flags = flags.map { $0 & Self.carriedFlags }
  }

  /// - Parameter status: of the same file.
  public init(_ status: FileStatus, _ extended: [ExtendedAttribute], flags: UInt32?) {
    self.init(mode: status.mode, user: status.user, group: status.group, extended: extended, flags: flags)
  }

  /// The flags of `chattr(1)` that a replacement carries on: `S` (synchronous), `d` (no dump), `A` (no access times). Others
  /// say how a file system stores the file, or forbid replacing it.
  public static let carriedFlags: UInt32 = {
    #if os(Linux)
      return 0x8 | 0x40 | 0x80
    #else
      return 0x1  // UF_NODUMP
    #endif
  }()
}
