import LosslessJSON
import Testing
import UprevTestSupport

@Suite("Properties of edits, for random documents in random layouts")
struct LayoutPropertyTests {
  /// A random JSON text whose white space is random too, but in some layouts regular.
  private struct Writer {
    var generator: SeededGenerator
    let style: Int
    var text = ""
    var depth = 0

    init(seed: UInt64) {
      generator = SeededGenerator(seed: seed)
      style = Int.random(in: 0..<6, using: &generator)
    }

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }

    mutating func space(_ regular: String) {
      text += style == 0 ? pick(["", " ", "\n", "\r\n", "\t", "  \n\n ", "\r"]) : regular
    }

    private var lineStart: String {
      switch style {
      case 1: "\n" + String(repeating: "  ", count: depth)
      case 2: "\r\n" + String(repeating: "\t", count: depth)
      default: ""
      }
    }

    mutating func value(_ levels: Int) {
      switch Int.random(in: 0..<(levels > 0 ? 4 : 2), using: &generator) {
      case 0, 1:
        text += pick([
          "0", "-0.0", "1e5", "1E-7", "null", "true", "\"x\"", "\"\\u00e9\\n\"", "\"\u{e9}\"", "[]", "{}", "{ }",
          "12345678901234567890123",
        ])
      case 2: children("[", "]", levels) { $0.value(levels - 1) }
      default: object(levels)
      }
    }

    mutating func object(_ levels: Int) {
      var number = 0
      children("{", "}", levels) { writer in
        number += 1
        writer.text += writer.pick(["\"a\(number)\"", "\"\\u0062\(number)\"", "\"\u{e9}\(number)\""])
        writer.space("")
        writer.text += ":"
        writer.space(writer.style == 3 ? "" : " ")
        writer.value(levels - 1)
      }
    }

    private mutating func children(_ open: String, _ close: String, _ levels: Int, _ child: (inout Writer) -> Void) {
      text += open
      depth += 1
      let count = Int.random(in: 0..<5, using: &generator)
      for position in 0..<count {
        if position > 0 {
          if style == 0 { space("") }
          text += style == 4 ? ", " : ","
        }
        space(lineStart)
        child(&self)
      }
      depth -= 1
      space(count > 0 ? lineStart : "")
      text += close
    }
  }

  private func containers(_ root: JSONValue) -> [JSONValue] {
    var result: [JSONValue] = []
    var pending = [root]
    while let value = pending.popLast() {
      if value.kind == .object || value.kind == .array { result.append(value) }
      pending += value.members.map(\.value) + Array(value.elements)
    }
    return result
  }

  @Test("Adding changes one place only, the new one is last, and removing it gives back the text")
  func adding() throws {
    for seed in UInt64(0)..<4000 {
      var writer = Writer(seed: seed)
      writer.space("")
      writer.object(3)
      writer.space("")
      let json = try scan(writer.text)
      let place = try #require(containers(json.root).randomElement(using: &writer.generator))
      let fragment: JSONFragment =
        writer.generator.chance(1, outOf: 2) ? .integer(2) : try .literal("{\"p\":[1,{\"q\":null}],\"r\":\"\\u00e9\"}")
      let splice =
        place.kind == .object
        ? try json.settingMember("new", to: fragment, in: place)
        : try json.insertingElement(fragment, at: nil, in: place)
      let result = try json.applying([splice])
      let context = Comment("seed \(seed): \(visible(writer.text)) at \(place.pointer) gave \(visible(result))")

      // Outside the splice nothing changed.
      #expect(result.bytes.prefix(splice.range.lowerBound) == json.text.bytes.prefix(splice.range.lowerBound), context)
      #expect(
        result.bytes.suffix(json.text.count - splice.range.upperBound) == json.text.bytes[splice.range.upperBound...],
        context)
      #expect(json.text.bytes[splice.range].allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) }, context)

      let again = try #require(try? IndexedJSON(scanning: result), context)
      let changed = try #require(again.value(at: place.pointer), context)
      #expect(changed.count == place.count + 1, context)
      let added = try #require(place.kind == .object ? changed[member: "new"] : changed[element: place.count], context)
      #expect(
        added.range.upperBound == Array(changed.members.map(\.value) + Array(changed.elements)).last?.range.upperBound,
        context)

      let back = try again.applying([try again.removing(added)])
      if place.count > 0 || place.range.count == 2 {
        #expect(visible(back) == visible(json.text), context)
      } else {
        #expect(try IndexedJSON(scanning: back).root.isEqual(to: json.root), context)
      }
    }
  }

  @Test("Removing any value leaves the others as they are")
  func removing() throws {
    for seed in UInt64(10_000)..<12_000 {
      var writer = Writer(seed: seed)
      writer.object(3)
      let json = try scan(writer.text)
      let places = containers(json.root).filter { $0.count > 0 }
      guard let place = places.randomElement(using: &writer.generator) else { continue }
      let children = place.members.map(\.value) + Array(place.elements)
      let position = Int.random(in: 0..<children.count, using: &writer.generator)
      let result = try json.applying([try json.removing(children[position])])
      let context = Comment(
        "seed \(seed): \(visible(writer.text)) without \(children[position].pointer): \(visible(result))")
      let changed = try #require(try IndexedJSON(scanning: result).value(at: place.pointer), context)
      var literals = children.map { Array($0.literal) }
      literals.remove(at: position)
      #expect((changed.members.map(\.value) + Array(changed.elements)).map { Array($0.literal) } == literals, context)
      #expect(result.count < json.text.count, context)
    }
  }
}
