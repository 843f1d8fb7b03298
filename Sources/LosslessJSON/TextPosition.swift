/// A place in a text as people count: line and column from 1, the column in bytes. LF, CRLF and CR each end a line.
struct TextPosition {
  var line = 1
  var column = 1

  init(of offset: Int, in text: JSONText) {
    text.withUnsafeBytes { bytes in
      var lineStart = 0
      var position = 0
      let end = min(offset, bytes.count)
      while position < end {
        let byte = bytes[position]
        position += 1
        guard Byte.isLineBreak(byte) else { continue }
        // Between CR and LF the line is not over yet.
        if byte == Byte.carriageReturn, position < bytes.count, bytes[position] == Byte.lineFeed { continue }
        line += 1
        lineStart = position
      }
      column = end - lineStart + 1
    }
  }
}

extension JSONError {
  init(reason: Reason, offset: Int, pointer: JSONPointer? = nil, in text: JSONText) {
    let position = TextPosition(of: offset, in: text)
    self.init(reason: reason, offset: offset, line: position.line, column: position.column, pointer: pointer)
  }

  /// - Parameter entries: the index as far as it got.
  init(_ failure: ScanFailure, in text: JSONText, entries: UnsafePointer<IndexEntry>) {
    let pointer = failure.name.map { JSONError.pointer(to: $0.entry, in: $0.object, text: text, entries: entries) }
    self.init(reason: failure.reason, offset: failure.offset, pointer: pointer, in: text)
  }

  /// The pointer to a member of an object that is still open, as all that enclose it are.
  private static func pointer(
    to name: Int, in object: Int, text: JSONText, entries: UnsafePointer<IndexEntry>
  ) -> JSONPointer {
    text.storage.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return .root }
      let index = RawIndex(base: base, entries: entries)
      var tokens = [index.string(name)]
      var child = object
      while entries[child].next != IndexEntry.none {
        let parent = Int(entries[child].next)
        if entries[parent].kind == .object {
          tokens.append(index.string(child - 1))
        } else {
          var position = 0
          var element = parent + 1
          while element < child {
            position += 1
            element = Int(entries[element].next)
          }
          tokens.append(String(position))
        }
        child = parent
      }
      return JSONPointer(tokens: tokens.reversed())
    }
  }
}

extension RawIndex {
  /// A string's characters; lone surrogates become U+FFFD.
  func string(_ entry: Int) -> String {
    let start = base + Int(entries[entry].start) + 1
    let count = max(0, Int(entries[entry].end) - Int(entries[entry].start) - 2)
    if !entries[entry].hasEscape {
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
    return String(
      decoding: Unescaping.bytes(start, count: count, loneSurrogates: .replaced), as: UTF8.self)
  }
}
