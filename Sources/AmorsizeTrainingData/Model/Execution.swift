/// One execution of a batch workload, to be recorded by ``TrainingDataStore/record(execution:)``.
public struct Execution: Hashable, Sendable {
  /// What was run, and where.
  public var features: TrainingFeatures
  /// Workers, from 1.
  public var nJobs: Int
  /// Items a chunk, from 1.
  public var chunkSize: Int
  /// Serial time divided by parallel time.
  public var speedup: Double
  /// 16 hexadecimal digits that stand for the function; they become part of the file's name.
  public var functionSignature: String
  /// The machine, for learning across systems.
  public var systemFingerprint: SystemFingerprint?
  /// How chunks were adapted.
  public var adaptiveChunking: AdaptiveChunking

  /// An execution; what is not given is recorded as `null`.
  public init(
    features: TrainingFeatures, nJobs: Int, chunkSize: Int, speedup: Double, functionSignature: String,
    systemFingerprint: SystemFingerprint? = nil, adaptiveChunking: AdaptiveChunking = AdaptiveChunking()
  ) {
    self.features = features
    self.nJobs = nJobs
    self.chunkSize = chunkSize
    self.speedup = speedup
    self.functionSignature = functionSignature
    self.systemFingerprint = systemFingerprint
    self.adaptiveChunking = adaptiveChunking
  }
}

/// One execution of a streaming workload, to be recorded by ``TrainingDataStore/recordStreaming(execution:)``.
public struct StreamingExecution: Hashable, Sendable {
  /// What was run, and where.
  public var features: TrainingFeatures
  /// Workers, from 1.
  public var nJobs: Int
  /// Items a chunk, from 1.
  public var chunkSize: Int
  /// Serial time divided by parallel time.
  public var speedup: Double
  /// 16 hexadecimal digits that stand for the function; they become part of the file's name.
  public var functionSignature: String
  /// Results held between workers and consumer.
  public var bufferSize: Int
  /// Whether results came in the order of the items.
  public var usesOrder: Bool

  /// A streaming execution.
  public init(
    features: TrainingFeatures, nJobs: Int, chunkSize: Int, speedup: Double, functionSignature: String, bufferSize: Int,
    usesOrder: Bool
  ) {
    self.features = features
    self.nJobs = nJobs
    self.chunkSize = chunkSize
    self.speedup = speedup
    self.functionSignature = functionSignature
    self.bufferSize = bufferSize
    self.usesOrder = usesOrder
  }
}
