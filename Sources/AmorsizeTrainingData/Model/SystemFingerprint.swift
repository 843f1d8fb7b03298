/// The hardware that an execution ran on: the member `system_fingerprint` of training data.
public struct SystemFingerprint: Hashable, Sendable {
  /// Cores without hyperthreads.
  public var physicalCores: Int
  /// Megabytes of 1024 × 1024 bytes.
  public var l3CacheMB: Double
  /// Memory nodes.
  public var numaNodes: Int
  /// Gigabytes a second.
  public var memoryBandwidthGBPerSecond: Double
  /// The system's usual start method.
  public var startMethod: StartMethod
  /// A digest of the other members, made by the reference.
  public var systemID: String

  /// A fingerprint of these members; nothing is derived.
  public init(
    physicalCores: Int, l3CacheMB: Double, numaNodes: Int, memoryBandwidthGBPerSecond: Double, startMethod: StartMethod,
    systemID: String
  ) {
    self.physicalCores = physicalCores
    self.l3CacheMB = l3CacheMB
    self.numaNodes = numaNodes
    self.memoryBandwidthGBPerSecond = memoryBandwidthGBPerSecond
    self.startMethod = startMethod
    self.systemID = systemID
  }
}
