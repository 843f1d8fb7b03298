/// What the whole of a document shows of its style, each thing looked for once, when it is first asked for, so that many edits of
/// one document cost no pass over it each.
///
/// It is used by one thread.
final class StyleEvidence {
  private let index: JSONIndex

  init(_ index: JSONIndex) {
    self.index = index
  }

  private func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { index.text.bytes[range] }

  /// Of the first object, and the first array, that has several children in one line: what stands between the first two.
  private(set) lazy var commasInLine: (object: Range<Int>?, array: Range<Int>?) = {
    var result: (object: Range<Int>?, array: Range<Int>?) = (nil, nil)
    for entry in index.nonEmptyContainers() where result.object == nil || result.array == nil {
      let candidate = index.container(entry)
      guard candidate.children.count > 1, LineStart(bytes(candidate.gap(before: 1))) == nil else { continue }
      if candidate.isObject {
        result.object = result.object ?? candidate.gap(before: 1)
      } else {
        result.array = result.array ?? candidate.gap(before: 1)
      }
    }
    return result
  }()

  /// What ends a line between two children. Mostly a comma alone; Python 2 left a space behind it.
  private(set) lazy var commaBeforeBreak: [UInt8] = {
    for entry in index.nonEmptyContainers() {
      let candidate = index.container(entry)
      guard candidate.children.count > 1, let line = LineStart(bytes(candidate.gap(before: 1))) else { continue }
      return line.before.contains(Byte.comma) ? line.before : [Byte.comma]
    }
    return [Byte.comma]
  }()

  private func colon(after name: Int) -> Range<Int> {
    Int(index.entries[name].end)..<Int(index.entries[name + 1].start)
  }

  private var names: some Sequence<Int> {
    index.entries.indices.lazy.filter { [index] in index.entries[$0].tag & IndexEntry.isName != 0 }
  }

  /// What stands between the first name and its value.
  private(set) lazy var firstColon: Range<Int>? = names.first { _ in true }.map { colon(after: $0) }

  /// What stands between a name and its value where that is plain; where it nowhere is, what fits the rest.
  private(set) lazy var colonText: [UInt8] = {
    for name in names {
      let text = bytes(colon(after: name))
      if StyleEvidence.isPlain(text) { return Array(text) }
    }
    let isCompact = index.nonEmptyContainers().lazy.map { [index] in index.container($0) }
      .contains { $0.children.count > 1 && bytes($0.gap(before: 1)).elementsEqual([Byte.comma]) }
    return isCompact ? [Byte.colon] : [Byte.colon, Byte.space]
  }()

  /// At most one space or tab on either side.
  static func isPlain(_ colon: ArraySlice<UInt8>) -> Bool {
    guard LineStart(colon) == nil, let place = colon.firstIndex(of: Byte.colon) else { return false }
    return place - colon.startIndex <= 1 && colon.endIndex - place <= 2
  }

  /// The first two of each kind that stand in one line with white space inside their brackets.
  private(set) lazy var paddedObjects = padded(.object)
  private(set) lazy var paddedArrays = padded(.array)

  private func padded(_ kind: JSONKind) -> [Int] {
    var result: [Int] = []
    for entry in index.nonEmptyContainers() where index.entries[entry].kind == kind {
      let lead = Int(index.entries[entry].start) + 1..<Int(index.entries[entry + 1].start)
      guard !lead.isEmpty, LineStart(bytes(lead)) == nil else { continue }
      result.append(entry)
      if result.count == 2 { break }
    }
    return result
  }

  /// What the first object and the first array in one line have inside their brackets, and whether the first array of scalars
  /// stands in one line.
  private(set) lazy var inLine: (objectPadding: [UInt8], arrayPadding: [UInt8], holdsScalarArrays: Bool) = {
    var object: [UInt8]?
    var array: [UInt8]?
    var scalarsInLine: Bool?
    for entry in index.nonEmptyContainers() {
      guard object == nil || array == nil || scalarsInLine == nil else { break }
      let candidate = index.container(entry)
      guard let lead = candidate.lead, let trail = candidate.trail else { continue }
      let isInLine = LineStart(bytes(lead)) == nil && LineStart(bytes(trail)) == nil
      if isInLine, candidate.isObject { object = object ?? Array(bytes(lead)) }
      if isInLine, !candidate.isObject { array = array ?? Array(bytes(lead)) }
      if !candidate.isObject, index.holdsOnlyScalars(entry) { scalarsInLine = scalarsInLine ?? isInLine }
    }
    return (object ?? [], array ?? [], scalarsInLine ?? false)
  }()

  private var knownUnit: [UInt8]?

  /// What one level adds to the indent in the first container that shows it.
  func unit(_ find: (ContainerPlace) -> [UInt8]?) -> [UInt8] {
    if let knownUnit { return knownUnit }
    let unit =
      index.nonEmptyContainers().lazy.compactMap { [index] in find(index.container($0)) }.first
      ?? [Byte.space, Byte.space]
    knownUnit = unit
    return unit
  }

  // MARK: Places

  private var knownPlace: (container: ContainerPlace, children: [Int: Int])?

  /// As `JSONIndex.place(of:)`; for neighbours, the container is looked for once.
  func place(of entry: Int) -> (container: ContainerPlace, position: Int)? {
    if let knownPlace, let position = knownPlace.children[entry] { return (knownPlace.container, position) }
    guard let found = index.place(of: entry) else { return nil }
    var children: [Int: Int] = [:]
    for (position, child) in found.container.children.enumerated() { children[child.value] = position }
    knownPlace = (found.container, children)
    return found
  }
}
