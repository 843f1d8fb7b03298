/// How an execution adapted the size of its chunks while it ran; each is nil where that is not known.
public struct AdaptiveChunking: Hashable, Sendable {
  /// Whether chunks were adapted at all.
  public var isEnabled: Bool?
  /// How fast: 0 is never, 1 is at once.
  public var rate: Double?
  /// Items.
  public var minimumChunkSize: Int?
  /// Items.
  public var maximumChunkSize: Int?

  /// By default nothing is known.
  public init(
    isEnabled: Bool? = nil, rate: Double? = nil, minimumChunkSize: Int? = nil, maximumChunkSize: Int? = nil
  ) {
    self.isEnabled = isEnabled
    self.rate = rate
    self.minimumChunkSize = minimumChunkSize
    self.maximumChunkSize = maximumChunkSize
  }
}
