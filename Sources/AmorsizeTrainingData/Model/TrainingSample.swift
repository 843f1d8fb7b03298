/// One file of training data as a program uses it: migrated, with the reference's defaults for what the file lacks.
public struct TrainingSample: Hashable, Sendable {
  /// What was run, and where.
  public var features: TrainingFeatures
  /// Workers.
  public var nJobs: Int
  /// Items a chunk.
  public var chunkSize: Int
  /// Serial time divided by parallel time; may be NaN or infinite, as Python can save that. 1 where the file does not tell.
  public var speedup: Double
  /// Seconds since 1970; the time of loading where the file does not tell.
  public var timestamp: Double
  /// 16 hexadecimal digits, as a rule; nil in older files.
  public var functionSignature: String?
  /// Results held between workers and consumer; nil but for streaming.
  public var bufferSize: Int?
  /// Whether results came in the order of the items; nil but for streaming.
  public var usesOrder: Bool?
  /// Whether the workload was a streaming one.
  public var isStreaming: Bool
  /// The machine; nil where the file does not tell, or not completely.
  public var systemFingerprint: SystemFingerprint?
  /// How chunks were adapted.
  public var adaptiveChunking: AdaptiveChunking

  /// What the reference assumes where a file does not tell the speedup.
  public static let defaultSpeedup = 1.0

  /// A sample with the reference's defaults for what is not given.
  /// - Parameter timestamp: seconds since 1970.
  public init(
    features: TrainingFeatures = TrainingFeatures(), nJobs: Int, chunkSize: Int, speedup: Double = defaultSpeedup,
    timestamp: Double, functionSignature: String? = nil, bufferSize: Int? = nil, usesOrder: Bool? = nil,
    isStreaming: Bool = false, systemFingerprint: SystemFingerprint? = nil,
    adaptiveChunking: AdaptiveChunking = AdaptiveChunking()
  ) {
    self.features = features
    self.nJobs = nJobs
    self.chunkSize = chunkSize
    self.speedup = speedup
    self.timestamp = timestamp
    self.functionSignature = functionSignature
    self.bufferSize = bufferSize
    self.usesOrder = usesOrder
    self.isStreaming = isStreaming
    self.systemFingerprint = systemFingerprint
    self.adaptiveChunking = adaptiveChunking
  }
}
