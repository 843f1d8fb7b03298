/// How an archive that is written is compressed. Trees, and archives without a compressor, have nothing to do with it.
public struct Compression: Sendable, Hashable {
  /// The compressor's own scale, on which more is smaller and slower; nil: the compressor's own default.
  public var level: Int?
  /// Threads that compress, at least 1; nil: as many as go with ``ContainerWriteOptions/sideThreads``.
  public var threads: Int?

  public init(level: Int? = nil, threads: Int? = nil) {
    self.level = level
    self.threads = threads
  }
}
