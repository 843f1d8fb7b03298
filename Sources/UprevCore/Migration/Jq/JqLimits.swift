/// What a jq program may take.
public struct JqLimits: Hashable, Sendable {
  /// Wall time for one document, and for compiling one program.
  public var seconds: Double
  /// Bytes of address space that a child may take beyond what it has when it starts.
  public var memory: Int
  /// Bytes of one program.
  public var programSize: Int

  public init(seconds: Double = 10, memory: Int = 512 << 20, programSize: Int = 1 << 20) {
    self.seconds = seconds
    self.memory = memory
    self.programSize = programSize
  }

  /// Arrays and objects that may stand inside each other in a value that a program gets or yields.
  package static let depth = 10_000
  /// The stack of a child; deep values need it.
  package static let stack = 64 << 20

  /// Bytes of JSON that a program may yield for an input of so many.
  package static func largestValue(forInput size: Int) -> Int { (8 << 20) + 4 * size }
}
