/// What is known of a workload and of the machine that ran it: the member `features` of training data.
public struct TrainingFeatures: Hashable, Sendable {
  /// Items in the data set.
  public var dataSize: Int
  /// Seconds an item.
  public var estimatedItemTime: Double
  /// nil where an older file does not tell.
  public var physicalCores: Int?
  /// Bytes; nil where an older file does not tell.
  public var availableMemory: Int?
  /// nil where an older file does not tell.
  public var startMethod: StartMethod?
  /// The mean size of a pickled result, in bytes.
  public var pickleSize: Int?
  /// Of the items' times: standard deviation divided by mean.
  public var coefficientOfVariation: Double?
  /// The size of the function's bytecode, in bytes.
  public var functionComplexity: Int?

  /// What the reference assumes where a file does not tell the size of the data.
  public static let defaultDataSize = 1000
  /// What the reference assumes where a file does not tell an item's time; seconds.
  public static let defaultEstimatedItemTime = 0.01

  /// Features with the reference's defaults for what is not given.
  public init(
    dataSize: Int = defaultDataSize, estimatedItemTime: Double = defaultEstimatedItemTime, physicalCores: Int? = nil,
    availableMemory: Int? = nil, startMethod: StartMethod? = nil, pickleSize: Int? = nil,
    coefficientOfVariation: Double? = nil, functionComplexity: Int? = nil
  ) {
    self.dataSize = dataSize
    self.estimatedItemTime = estimatedItemTime
    self.physicalCores = physicalCores
    self.availableMemory = availableMemory
    self.startMethod = startMethod
    self.pickleSize = pickleSize
    self.coefficientOfVariation = coefficientOfVariation
    self.functionComplexity = functionComplexity
  }
}
