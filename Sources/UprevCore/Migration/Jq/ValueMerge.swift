import LosslessJSON

/// Brings a jq program's value into the document that it was made of: only what differs between the program's input, as jq
/// saw it, and its value is changed, so that everything else keeps its bytes.
///
/// Members that the value has not are removed; new ones come last, in the value's order; the order of the others stays. Elements
/// of arrays are matched as ``ArrayAlignment`` says. What a new value's numbers and strings look like says ``ValueOrigins``.
struct ValueMerge {
  private let original: JSONValue
  private let document: IndexedJSON
  private let result: IndexedJSON
  private let classes: ValueClassCache
  private let difference: ValueDifference
  private let origins: ValueOrigins?

  /// - Returns: nothing where the value is the input.
  /// - Throws: ``StepFailure`` where there is no telling which of two values of the document is meant.
  static func splices(of answer: JqAnswer, into original: JSONValue) throws(StepFailure) -> [JSONSplice] {
    if answer.view.text == answer.value.text { return [] }
    guard answer.view.entryCount == original.document.entry(after: original.entry) - original.entry else {
      throw .jqViewDiffers(original)
    }
    return try ValueMerge(answer, original).splices()
  }

  private init(_ answer: JqAnswer, _ original: JSONValue) {
    self.original = original
    document = original.document
    result = answer.value
    classes = ValueClassCache(answer.view, answer.value)
    difference = ValueDifference(from: answer.view, to: answer.value, classes: classes)
    let needsOrigins = !difference.replaced.isEmpty || !difference.arranged.isEmpty
    origins =
      needsOrigins
      ? ValueOrigins(of: original, view: answer.view, classes: classes, difference: difference) : nil
  }

  private func splices() throws(StepFailure) -> [JSONSplice] {
    guard let origins else { return [] }
    if let pair = origins.indistinctElements(difference.arrays, in: result) { throw .jqIndistinct(pair.0, pair.1) }
    let editor = JSONEditor(document)
    var splices: [JSONSplice] = []
    for (old, new) in difference.replaced {
      let fragment = try fragment(new, origin: nil, origins)
      do {
        splices.append(try editor.replacing(origins.original(old), with: fragment))
      } catch {
        throw .changesCollide(error)
      }
    }
    for (old, children) in difference.arranged {
      var arranged: [JSONArrangedChild] = []
      arranged.reserveCapacity(children.count)
      for child in children {
        switch child {
        case .kept(let position):
          arranged.append(.kept(position))
        case .inserted(let name, let value, let origin):
          arranged.append(
            .inserted(name: name.map { result.name($0).string }, try fragment(value, origin: origin, origins)))
        }
      }
      do {
        splices += try editor.arranging(origins.original(old), as: arranged)
      } catch {
        throw .changesCollide(error)
      }
    }
    return splices
  }

  /// A new value, made of what the document has of it.
  ///
  /// - Parameter origin: an entry of the view, where the new value is known to be that one.
  private func fragment(
    _ entry: Int, origin: Int?, _ origins: ValueOrigins
  ) throws(StepFailure) -> JSONFragment {
    if let origin { return JSONFragment(origins.original(origin)) }
    let end = result.entry(after: entry)
    if let pair = origins.indistinctValues(entry..<end, in: result) { throw .jqIndistinct(pair.0, pair.1) }
    // It is nested no deeper than the two values that it is made of.
    let options = JSONReadingOptions(allowsNonFinite: true, maximumDepth: 2 * JqLimits.depth, maximumSize: .max)
    do {
      return JSONFragment(try IndexedJSON(scanning: JSONText(text(of: entry..<end, origins)), options: options))
    } catch {
      throw .invalidResult(error)
    }
  }

  /// JSON, with white space only in what comes from the document.
  private func text(of entries: Range<Int>, _ origins: ValueOrigins) -> [UInt8] {
    let byEntry = classes.both.new
    let escapes = document.escapesNonASCII
    var bytes: [UInt8] = []
    var levels: [(end: Int, close: UInt8, isEmpty: Bool)] = []
    var followsName = false
    var entry = entries.lowerBound
    func string(_ text: String) { StringEscaping.append(text, escapesNonASCII: escapes, to: &bytes) }
    while true {
      while let level = levels.last, level.end == entry {
        bytes.append(level.close)
        levels.removeLast()
      }
      guard entry < entries.upperBound else { return bytes }
      if !followsName, !levels.isEmpty {
        if !levels[levels.count - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        levels[levels.count - 1].isEmpty = false
      }
      followsName = false
      if result.isName(entry) {
        string(result.name(entry).string)
        bytes.append(UInt8(ascii: ":"))
        followsName = true
        entry += 1
        continue
      }
      let value = result.value(entry)
      let end = result.entry(after: entry)
      let isContainer = value.kind == .array || value.kind == .object
      if !isContainer || end > entry + 1, let literal = origins.literal(ofClass: byEntry[entry], kind: value.kind) {
        bytes += literal
        entry = end
      } else if isContainer {
        let isObject = value.kind == .object
        bytes.append(UInt8(ascii: isObject ? "{" : "["))
        levels.append((end, UInt8(ascii: isObject ? "}" : "]"), true))
        entry += 1
      } else {
        if value.kind == .string { string(value.string ?? "") } else { bytes += value.literal }
        entry = end
      }
    }
  }
}
