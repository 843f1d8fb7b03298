/// What a reader of JSON accepts beyond or short of RFC 8259.
public struct JSONReadingOptions: Hashable, Sendable {
  /// Offsets are kept in 32 bits; no option allows a text above this.
  static let largestSize = Int(UInt32.max) - 1

  /// Whether `NaN`, `Infinity` and `-Infinity`, as Python's `json` writes them, are values.
  public var allowsNonFinite: Bool
  /// Arrays and objects that may stand inside each other; a text nested deeper is refused as `tooDeep`.
  public var maximumDepth: Int
  /// Bytes; a larger text is refused as `tooLarge`. Values of 2^32 - 1 and above mean 2^32 - 2.
  public var maximumSize: Int

  /// RFC 8259 and nothing more, 1000 levels, 1 GiB, unless said otherwise.
  public init(allowsNonFinite: Bool = false, maximumDepth: Int = 1000, maximumSize: Int = 1 << 30) {
    self.allowsNonFinite = allowsNonFinite
    self.maximumDepth = maximumDepth
    self.maximumSize = maximumSize
  }
}
