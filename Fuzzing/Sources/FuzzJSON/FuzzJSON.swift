import FuzzDriver
import FuzzSupport
import LosslessJSON

/// A text through the scanner and, if it is JSON, through one edit that the other bytes choose. What must hold:
///
/// - every value is found again by its own pointer, and a pointer's text reads back as the pointer;
/// - the edited text is JSON, and is the old text outside the splice.
///
/// The input: choices, a zero byte, the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = parts(UnsafeBufferPointer(start: start, count: count), 2)
  var choices = Choices(input[0][...])
  pointerText(input[1])
  let options = JSONReadingOptions(allowsNonFinite: choices.next(2) == 1, maximumDepth: 64)
  guard let document = try? IndexedJSON(scanning: JSONText(input[1]), options: options) else { return 0 }
  let values = allValues(of: document)
  for value in values {
    let pointer = value.pointer
    // A name with a surrogate without its other half is no text that a pointer could have.
    if pointer.tokens.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) { continue }
    check(document.value(at: pointer)?.range == value.range, "a value is not at its pointer \(pointer)")
    check((try? JSONPointer(parsing: pointer.description)) == pointer, "a pointer does not read back")
  }
  edit(document, values[choices.next(values.count)], &choices, options)
  return 0
}

private func pointerText(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes.prefix(200), as: UTF8.self),
    let pointer = try? JSONPointer(parsing: text)
  else { return }
  check(pointer.description.utf8.elementsEqual(text.utf8), "the pointer \(text) is written otherwise")
}

private func allValues(of document: IndexedJSON) -> [JSONValue] {
  var values: [JSONValue] = []
  var pending = [document.root]
  while let value = pending.popLast(), values.count < 2000 {
    values.append(value)
    if value.kind == .array { pending += value.elements }
    if value.kind == .object { pending += value.members.map(\.value) }
  }
  return values
}

private func edit(_ document: IndexedJSON, _ value: JSONValue, _ choices: inout Choices, _ options: JSONReadingOptions)
{
  let fragments: [JSONFragment] = [
    .null, .integer(-7), .string("a\"\u{e9}\u{1F600}"), .array([.integer(1), .object([("x", .null)])]),
    .object([("y", .array([]))]), JSONFragment(value), JSONFragment(document),
  ]
  let fragment = fragments[choices.next(fragments.count)]
  let splice: JSONSplice?
  switch choices.next(4) {
  case 0: splice = try? document.replacing(value, with: fragment)
  case 1: splice = try? document.removing(value)
  case 2: splice = try? document.settingMember("n\u{fc}", to: fragment, in: value)
  default: splice = try? document.insertingElement(fragment, at: nil, in: value)
  }
  guard let splice else { return }
  guard let edited = try? document.applying([splice]) else {
    check(false, "a splice cannot be applied")
    return
  }
  let (old, new) = (Array(document.text.bytes), Array(edited.bytes))
  let tail = old.count - splice.range.upperBound
  check(new.prefix(splice.range.lowerBound) == old.prefix(splice.range.lowerBound), "bytes before the splice differ")
  check(new.suffix(tail) == old.suffix(tail), "bytes after the splice differ")
  let deeper = JSONReadingOptions(allowsNonFinite: options.allowsNonFinite, maximumDepth: 200)
  check((try? IndexedJSON(scanning: edited, options: deeper)) != nil, "the edited text is no JSON")
}
