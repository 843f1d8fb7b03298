/// How new text at one place of a document is laid out.
struct LayoutStyle {
  /// What ends a line; nil where everything stands in one line.
  var lineBreak: [UInt8]?
  /// The indent of the line on which the new child begins (or of its comma, where commas come first).
  var indent: [UInt8] = []
  /// What one level adds to the indent.
  var unit: [UInt8] = [Byte.space, Byte.space]
  /// Between a name and its value.
  var colon: [UInt8] = [Byte.colon, Byte.space]
  /// Between children in one line.
  var comma: [UInt8] = [Byte.comma, Byte.space]
  /// Between a child and the line break, where there is one; nil where the place does not show it.
  var commaBeforeBreak: [UInt8]?
  /// Whether lines begin with the comma.
  var commaFirst = false
  /// Inside the braces of an object, and the brackets of an array, that stand in one line.
  var objectPadding: [UInt8] = []
  var arrayPadding: [UInt8] = []
  /// Whether arrays of scalars stay in one line where objects do not.
  var keepsScalarArraysInLine = false
  var escapesNonASCII = true
}

/// Writes values in a style.
struct LayoutWriter {
  private struct Level {
    var kind: JSONKind
    var inOneLine: Bool
    var isEmpty = true
  }

  let style: LayoutStyle
  private(set) var bytes: [UInt8] = []
  private var levels: [Level] = []
  private var followsName = false

  init(style: LayoutStyle) {
    self.style = style
  }

  mutating func write(_ fragment: JSONFragment) {
    switch fragment.content {
    case .word(let word):
      beginItem()
      bytes += UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    case .integer(let value): scalar(String(value).utf8)
    case .decimal(let value): scalar(value.description.utf8)
    case .string(let value):
      beginItem()
      StringEscaping.append(value, escapesNonASCII: style.escapesNonASCII, to: &bytes)
    case .value(let value): write(value)
    case .array(let elements):
      open(.array, inOneLine: style.keepsScalarArraysInLine && elements.allSatisfy(\.isScalar))
      for element in elements { write(element) }
      close()
    case .object(let members):
      open(.object, inOneLine: false)
      for member in members {
        name(member.name)
        write(member.value)
      }
      close()
    }
  }

  /// A value of a text: literals as they are, white space as the style has it. Iterative, so that depth costs no stack.
  private mutating func write(_ value: JSONValue) {
    let index = value.index
    let text = index.text.bytes
    var ends: [Int] = []
    var entry = value.entry
    let end = Int(index.entries[entry].next)
    while true {
      while let last = ends.last, last == entry {
        ends.removeLast()
        close()
      }
      guard entry < end else { break }
      let record = index.entries[entry]
      if record.tag & IndexEntry.isName != 0 {
        beginName()
        bytes += text[record.range]
        endName()
      } else if record.kind == .array || record.kind == .object {
        let inOneLine = style.keepsScalarArraysInLine && record.kind == .array && index.holdsOnlyScalars(entry)
        open(record.kind, inOneLine: inOneLine)
        ends.append(Int(record.next))
      } else {
        scalar(text[record.range])
      }
      entry += 1
    }
  }

  mutating func name(_ name: String) {
    beginName()
    StringEscaping.append(name, escapesNonASCII: style.escapesNonASCII, to: &bytes)
    endName()
  }

  mutating func open(_ kind: JSONKind, inOneLine: Bool) {
    beginItem()
    bytes.append(kind == .object ? Byte.openBrace : Byte.openBracket)
    let isInside = levels.last?.inOneLine ?? false
    levels.append(Level(kind: kind, inOneLine: inOneLine || isInside || style.lineBreak == nil))
  }

  mutating func close() {
    guard let level = levels.popLast() else { return }
    if !level.isEmpty {
      if level.inOneLine {
        bytes += padding(level.kind)
      } else {
        newLine(levels.count + (style.commaFirst ? 1 : 0))
      }
    }
    bytes.append(level.kind == .object ? Byte.closeBrace : Byte.closeBracket)
  }

  private mutating func scalar(_ literal: some Sequence<UInt8>) {
    beginItem()
    bytes += literal
  }

  private mutating func beginName() {
    beginItem()
  }

  private mutating func endName() {
    bytes += style.colon
    followsName = true
  }

  /// What stands in front of a name, an element, or the value of a name just written.
  private mutating func beginItem() {
    if followsName {
      followsName = false
      return
    }
    guard let level = levels.last else { return }
    levels[levels.count - 1].isEmpty = false
    switch (level.inOneLine, level.isEmpty) {
    case (true, true): bytes += padding(level.kind)
    case (true, false): bytes += style.comma
    case (false, true) where style.commaFirst: bytes.append(Byte.space)
    case (false, true): newLine(levels.count)
    case (false, false) where style.commaFirst:
      newLine(levels.count)
      bytes += [Byte.comma, Byte.space]
    case (false, false):
      bytes += style.commaBeforeBreak ?? [Byte.comma]
      newLine(levels.count)
    }
  }

  private mutating func newLine(_ depth: Int) {
    bytes += style.lineBreak ?? []
    bytes += style.indent
    for _ in 0..<depth { bytes += style.unit }
  }

  private func padding(_ kind: JSONKind) -> [UInt8] {
    kind == .object ? style.objectPadding : style.arrayPadding
  }
}

extension JSONFragment {
  var isScalar: Bool {
    switch content {
    case .array, .object: false
    case .value(let value): value.kind != .array && value.kind != .object
    default: true
    }
  }
}

extension JSONIndex {
  /// Whether an array has elements, none of which is an array or object.
  func holdsOnlyScalars(_ array: Int) -> Bool {
    let end = Int(entries[array].next)
    return end > array + 1
      && (array + 1..<end).allSatisfy { entries[$0].kind != .array && entries[$0].kind != .object }
  }
}
