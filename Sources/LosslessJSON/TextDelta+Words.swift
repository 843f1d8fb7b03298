extension TextDeltaError: CustomStringConvertible {
  /// One sentence for people.
  public var description: String {
    switch reason {
    case .truncated: "The delta ends too early."
    case .unknownLayout: "The delta was written by another release, or is none."
    case .invalidInteger: "An integer in the delta is invalid."
    case .rangeOutOfBounds: "A range in the delta reaches beyond the text."
    case .emptyPart: "A part of the delta gives nothing."
    case .trailingBytes: "Something follows the end of the delta."
    case .textSizeDiffers: "The text has not the size of the one that the delta was made from."
    }
  }
}
