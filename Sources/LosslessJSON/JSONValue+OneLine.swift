extension JSONValue {
  /// The value without white space between its tokens, which keep their bytes. No string holds a line end, so it is one line.
  public var oneLine: [UInt8] {
    let literal = literal
    var bytes: [UInt8] = []
    bytes.reserveCapacity(literal.count)
    var isInString = false
    var isEscaped = false
    for byte in literal {
      if isInString {
        bytes.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
      } else if byte != 0x20, byte != 0x0a, byte != 0x0d, byte != 0x09 {
        bytes.append(byte)
        isInString = byte == UInt8(ascii: "\"")
      }
    }
    return bytes
  }
}
