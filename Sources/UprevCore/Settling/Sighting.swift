/// What a look at a name showed: which file is there, and what it holds.
public struct Sighting: Hashable, Sendable {
  /// What makes two files the same to a run: their bytes and their attributes. Inode numbers are reused at once, and times
  /// have grain.
  public struct Content: Hashable, Sendable {
    /// 32 bytes: the SHA-256 of its bytes.
    public var sha256: [UInt8]
    public var attributes: FileAttributes

    public init(sha256: [UInt8], attributes: FileAttributes) {
      self.sha256 = sha256
      self.attributes = attributes
    }
  }

  public var file: FileIdentity
  /// nil for what is no regular file, or cannot be read.
  public var content: Content?
  /// Whether some process has it open for writing; false also where that cannot be told.
  public var isOpenForWriting: Bool

  public init(file: FileIdentity, content: Content?, isOpenForWriting: Bool) {
    self.file = file
    self.content = content
    self.isOpenForWriting = isOpenForWriting
  }

  /// Whether the two show the same file with the same bytes and attributes.
  public func isSame(as other: Sighting) -> Bool { file == other.file && content == other.content }
}
