/// How Python's `multiprocessing` starts its workers.
///
/// Other names than the three known ones are kept as they are: the reference takes any.
public struct StartMethod: RawRepresentable, Hashable, Sendable {
  /// The name as it stands in the training data.
  public let rawValue: String

  /// - Parameter rawValue: the name as it stands in the training data.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// The child is a copy of its parent.
  public static let fork = StartMethod(rawValue: "fork")
  /// The child starts with a fresh interpreter.
  public static let spawn = StartMethod(rawValue: "spawn")
  /// A server process, started once, forks the children.
  public static let forkserver = StartMethod(rawValue: "forkserver")
}
