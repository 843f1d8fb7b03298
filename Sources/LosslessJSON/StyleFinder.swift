/// Reads off a document how it is laid out around a place.
struct StyleFinder {
  let index: JSONIndex
  let evidence: StyleEvidence

  /// - Parameter evidence: of the same index, where several edits share it.
  init(_ index: JSONIndex, _ evidence: StyleEvidence? = nil) {
    self.index = index
    self.evidence = evidence ?? StyleEvidence(index)
  }

  func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { index.text.bytes[range] }

  // MARK: Separators

  /// What goes between a new child and its neighbour, comma included; `place` is not empty.
  ///
  /// - Parameter position: of the new child.
  func separator(in place: ContainerPlace, before position: Int) -> [UInt8] {
    let count = place.children.count
    if count > 1 {
      let nearest = place.gap(before: min(max(position, 1), count - 1))
      return Array(bytes(withoutBlankLine(nearest, in: place)))
    }
    guard let lead = place.lead, let trail = place.trail else { return [Byte.comma, Byte.space] }
    if let line = LineStart(bytes(lead)) {
      return evidence.commaBeforeBreak + line.lineBreak + line.indent
    }
    if !lead.isEmpty, let line = LineStart(bytes(trail)) {
      // `{ "a": 1⏎}` is how a style begins that puts commas first.
      return line.lineBreak + line.indent + [Byte.comma, Byte.space]
    }
    return commaInLine(in: place)
  }

  /// A blank line between two children sets a group apart; it is no part of the style while others do without.
  private func withoutBlankLine(_ gap: Range<Int>, in place: ContainerPlace) -> Range<Int> {
    guard LineStart.count(bytes(gap)) > 1 else { return gap }
    return (1..<place.children.count).reversed().lazy.map { place.gap(before: $0) }
      .first { LineStart.count(bytes($0)) == 1 } ?? gap
  }

  /// The comma of a container that has only one child, or none, and stands in one line.
  private func commaInLine(in place: ContainerPlace) -> [UInt8] {
    let commas = evidence.commasInLine
    if let range = (place.isObject ? commas.object ?? commas.array : commas.array ?? commas.object) {
      return Array(bytes(range))
    }
    guard let colon = firstColon(in: place) else { return [Byte.comma, Byte.space] }
    return Byte.isWhiteSpace(bytes(colon).last ?? 0) ? [Byte.comma, Byte.space] : [Byte.comma]
  }

  // MARK: Colons

  private func colon(_ child: ContainerPlace.Child) -> Range<Int> {
    Int(index.entries[child.value - 1].end)..<Int(index.entries[child.value].start)
  }

  private func firstColon(in place: ContainerPlace) -> Range<Int>? {
    if place.isObject, let child = place.children.first { return colon(child) }
    return evidence.firstColon
  }

  /// What goes between a new name and its value: as with the last member of the object; but where that one is aligned with
  /// others or broken over two lines, as with the member that has the least.
  private func colonText(in place: ContainerPlace) -> [UInt8] {
    if place.isObject, let last = place.children.last {
      let text = bytes(colon(last))
      if StyleEvidence.isPlain(text) { return Array(text) }
      let shortest = place.children.map { bytes(colon($0)) }
        .filter { LineStart($0) == nil }
        .min { $0.count < $1.count }
      if let shortest { return Array(shortest) }
    }
    return evidence.colonText
  }

  // MARK: Styles

  /// For a child next to others.
  ///
  /// - Parameter separator: what goes between them.
  func style(in place: ContainerPlace, separator: [UInt8], nests: Bool) -> LayoutStyle {
    var style = LayoutStyle()
    if place.isObject { style.colon = colonText(in: place) }
    style.escapesNonASCII = !index.holdsNonASCII
    guard nests else { return style }
    if !place.isObject { style.colon = colonText(in: place) }
    if let line = LineStart(separator[...]) {
      style.take(line)
      style.unit = unit(around: place)
    } else {
      style.comma = separator
    }
    takeEvidence(&style, around: place)
    return style
  }

  /// For the first child of an empty container.
  func styleInsideEmpty(_ place: ContainerPlace) -> LayoutStyle {
    var style = LayoutStyle()
    style.colon = colonText(in: place)
    style.escapesNonASCII = !index.holdsNonASCII
    let inside = bytes(place.inside)
    let parent = evidence.place(of: place.entry)
    style.unit = unit(around: parent?.container)
    if let line = LineStart(inside) {
      style.take(line)
    } else if !inside.isEmpty {
      style.comma = commaInLine(in: place)
      style.objectPadding = Array(inside)
      style.arrayPadding = Array(inside)
      return style
    } else if let parent {
      if let line = lineStart(of: parent.position, in: parent.container) {
        style.take(line)
        if !style.commaFirst { style.indent = indent(at: place.inside.lowerBound) }
      } else {
        style.comma = commaInLine(in: place)
      }
    } else {
      // As json.dump(…, indent=2) lays out.
      style.lineBreak = firstLineBreak() ?? [Byte.lineFeed]
      style.indent = indent(at: place.inside.lowerBound)
    }
    takeEvidence(&style, around: place)
    return style
  }

  /// For what comes in the place of a value.
  func styleForReplacing(_ entry: Int, nests: Bool) -> LayoutStyle {
    var style = LayoutStyle()
    style.escapesNonASCII = !index.holdsNonASCII
    guard nests else { return style }
    let record = index.entries[entry]
    let isFilled = (record.kind == .object || record.kind == .array) && Int(record.next) > entry + 1
    let parent = evidence.place(of: entry)
    let model: ContainerPlace
    let line: LineStart?
    if isFilled {
      model = index.container(entry)
      line = lineStart(of: 0, in: model)
    } else if let parent {
      model = parent.container
      line = lineStart(of: parent.position, in: model)
    } else {
      style.lineBreak = firstLineBreak() ?? [Byte.lineFeed]
      style.indent = indent(at: Int(record.start))
      return style
    }
    style.colon = colonText(in: model)
    if let line {
      style.take(line)
      if !style.commaFirst || isFilled { style.indent = indent(at: Int(record.start)) }
      style.unit = unit(around: model)
    } else {
      style.comma = separator(in: model, before: model.children.count)
    }
    takeEvidence(&style, around: model)
    return style
  }

  /// How the line begins on which a child stands; nil where it shares the line of what is in front of it.
  private func lineStart(of position: Int, in place: ContainerPlace) -> LineStart? {
    if let line = LineStart(bytes(place.front(of: position))) { return line }
    guard position == 0 else { return nil }
    // Where commas come first, the first child shares its line with the bracket.
    let line = LineStart(separator(in: place, before: place.children.count)[...])
    return line.flatMap { $0.startsWithComma ? $0 : nil }
  }

  // MARK: Evidence from the whole document

  /// Whether another array or object of this kind stands in one line with white space inside its brackets.
  func showsPadding(besides place: ContainerPlace) -> Bool {
    (place.isObject ? evidence.paddedObjects : evidence.paddedArrays).contains { $0 != place.entry }
  }

  private func takeEvidence(_ style: inout LayoutStyle, around place: ContainerPlace) {
    style.objectPadding = evidence.inLine.objectPadding
    style.arrayPadding = evidence.inLine.arrayPadding
    style.keepsScalarArraysInLine = style.lineBreak != nil && evidence.inLine.holdsScalarArrays
    if style.lineBreak != nil {
      style.comma = commaInLine(in: place)
      style.commaBeforeBreak = style.commaBeforeBreak ?? evidence.commaBeforeBreak
    }
  }

  /// What one level adds to the indent: in this container, or else in the first of the document that shows it.
  private func unit(around place: ContainerPlace?) -> [UInt8] {
    if let place, let unit = unit(of: place) { return unit }
    return evidence.unit(unit(of:))
  }

  private func unit(of place: ContainerPlace) -> [UInt8]? {
    guard let lead = place.lead, let trail = place.trail, let line = LineStart(bytes(lead)) else { return nil }
    let base = LineStart(bytes(trail))?.indent ?? indent(at: place.inside.lowerBound)
    return line.indent.starts(with: base) ? Array(line.indent.dropFirst(base.count)) : nil
  }

  /// The white space at the beginning of the line on which `offset` is.
  private func indent(at offset: Int) -> [UInt8] {
    let start = bytes(0..<offset).lastIndex(where: Byte.isLineBreak).map { $0 + 1 } ?? 0
    return Array(bytes(start..<offset).prefix { $0 == Byte.space || $0 == Byte.tab })
  }

  /// No string holds a line break, so the first one anywhere is white space.
  private func firstLineBreak() -> [UInt8]? {
    let text = index.text.bytes
    guard let start = text.firstIndex(where: Byte.isLineBreak) else { return nil }
    return LineStart.lineBreak(at: start, in: text)
  }
}

extension LayoutStyle {
  /// Takes over how lines begin.
  mutating func take(_ line: LineStart) {
    lineBreak = line.lineBreak
    indent = line.indent
    commaFirst = line.startsWithComma
    commaBeforeBreak = line.before.contains(Byte.comma) ? line.before : nil
  }
}
