/// Text as a JSON string, for output of one line a value (log lines).
public enum JSONStringLiteral {
  /// The RFC 8259 string, with its quotation marks; control characters are escaped, so it holds no line break.
  public static func text(of value: String) -> String {
    var output = JSONByteWriter(sink: { _ in })
    output.string(value)
    return String(decoding: output.bytes, as: UTF8.self)
  }
}
