import Foundation
import LosslessJSON
import Testing
import UprevTestSupport

@testable import UprevCore

extension JqTests {
  /// The `jq` command and Python's `json` judge what the step makes of seeded documents.
  @Suite struct Oracle {
    static let programs = [
      ".", ".a = 1", ".b += 1", "del(.a)", "del(.a, .b, .c)", ".z = {x: 1, y: [1, 2, {k: null}]}", ".c[0] = \"new\"",
      "del(.c[0])", "del(.c[1:3])", ".c += [1, {q: 2}]", ".c |= reverse", ".c |= sort", ".c |= unique",
      "{a: .b, b: .a}",
      ".d.e.f = 5", ".d = .c | del(.c)", "to_entries", "with_entries(.value |= tojson)",
      "walk(if type == \"number\" then . * 2 else . end)",
      "walk(if type == \"object\" then .added = 1 else . end)", "[.a, .b]", "{}", "[]",
      ".c |= map(select(type != \"number\"))",
      ".c |= map([.])", "[.. | scalars]", ".a as $a | .a = .b | .b = $a", "del(..|select(. == null))",
      ".c |= (.[1:] + .[:1])",
      "if has(\"a\") then .a |= tostring else . end", "map_values(.)", "map_values(select(. != null))",
      ".d |= with_entries(.key |= \"p_\" + .)",
      ".c |= (. + .)", "del(.c[-1])", ".c[:0] = [\"front\"]", "keys", "length", ".a.b.c?", "[paths]", ".b |= (.. |= .)",
      ".c |= group_by(type)",
    ]

    @Test(
      "For seeded documents the step's value is the jq command's, and what is equal keeps its bytes",
      arguments: [1, 2, 3] as [UInt64])
    func command(_ seed: UInt64) throws {
      let children = try Jq.children()
      var generator = SeededGenerator(seed: seed)
      let writer = SeededDocument()
      let texts = (0..<60).map { _ in writer.text(using: &generator) }
      for program in Self.programs {
        let guarded = "try (\(program)) catch \"caught\""
        let results = try Jq.apply(guarded, to: texts, children)
        let expected = try Self.jq("[\(guarded)]", texts)
        let changed = results.map { (try? $0.get()) ?? "\"no value\"" }
        let actual = try Self.jq("[.]", changed)
        #expect(expected.count == texts.count)
        for (index, text) in texts.enumerated() {
          switch results[index] {
          case .failure(let failure):
            #expect(
              expected[index] == "[]" || failure.message.contains("cannot tell"),
              "seed \(seed) \(program): \(failure.message) for \(text)")
          case .success(let result):
            #expect(actual[index] == expected[index], "seed \(seed) \(program): \(text) became \(result)")
            if let difference = try Self.needlessDifference(text, result) {
              Issue.record("seed \(seed) \(program): \(difference) changed in \(text), which became \(result)")
            }
          }
        }
      }
    }

    @Test(
      "What the step writes is laid out and ordered as Python lays out the same change",
      arguments: ["2", "4", "\t", "compact", "line"])
    func layout(_ indent: String) throws {
      let children = try Jq.children()
      let script = """
        import json, random, subprocess, sys
        indent = sys.argv[1]
        style = {"compact": dict(separators=(",", ":")), "line": {}, "\\t": dict(indent="\\t")}.get(indent) or (dict(indent=int(indent)) if indent.isdigit() else {})
        random.seed(4)
        def value(depth):
            kind = random.randrange(8 if depth else 5)
            if kind == 0: return random.randrange(1000)
            if kind == 1: return random.choice(["a", "\\u00e9", "x\\n", ""])
            if kind == 2: return random.choice([True, False, None])
            if kind == 3: return random.randrange(1000) + 0.5
            if kind == 4: return random.randrange(1000)
            if kind == 5: return [value(depth - 1) for _ in range(random.randrange(1, 4))]
            return {k: value(depth - 1) for k in random.sample("abcdefgh", random.randrange(1, 5))}
        def order(old, new):
            if isinstance(old, dict) and isinstance(new, dict):
                keys = [k for k in old if k in new] + [k for k in new if k not in old]
                return {k: order(old.get(k), new[k]) if k in old else new[k] for k in keys}
            if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
                return [order(a, b) for a, b in zip(old, new)]
            return new
        documents = [{"a": 1, "b": value(2), "c": [value(1) for _ in range(random.randrange(1, 5))], "d": {"e": value(1), "f": 2}} for _ in range(40)]
        for program in sys.argv[2:]:
            lines = "\\n".join(json.dumps(d) for d in documents)
            out = subprocess.run(["jq", "-c", program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
            for old, new in zip(documents, out, strict=True):
                print(json.dumps([json.dumps(old, **style), json.dumps(order(old, json.loads(new)), **style)]))
        """
      let programs = [
        ".", ".z = 1", ".z = {x: {y: 1}} | .d.g = [3, {h: 1}]", "del(.a)", "del(.b, .d)", ".c += [7]",
        ".c += [{n: 1}, 8]", "del(.c[0])",
        ".d.e = {q: [1, 2]}", ".c |= map(if type == \"object\" then .k = 1 else . end)", "del(.a) | .y = 9",
        ".c[1:1] = [5]",
        ".d = {}", ".c = []", ".d |= (del(.e) | .n = 3)",
      ]
      let child = try ChildProcess.run("python3", ["-c", script, indent] + programs)
      try #require(child.status == 0, "\(child.errorText)")
      let pairs = try child.outputText.split(separator: "\n").map { line in
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String])
      }
      try #require(pairs.count == 40 * programs.count)
      for (number, program) in programs.enumerated() {
        let slice = pairs[number * 40..<(number + 1) * 40]
        let results = try Jq.apply(program, to: slice.map { $0[0] }, children).map(\.text)
        for (pair, result) in zip(slice, results) {
          #expect(result == pair[1], "\(program) on \(pair[0])")
        }
      }
    }

    /// One line for each text: the values in one canonical spelling.
    private static func jq(_ program: String, _ texts: [String]) throws -> [String] {
      let child = try ChildProcess.run("jq", ["-S", "-c", program], input: Array(texts.joined(separator: "\n").utf8))
      try #require(child.status == 0, "\(child.errorText)")
      return child.outputText.split(separator: "\n").map(String.init)
    }

    /// A member that is equal before and after, by its value, and has not the same bytes.
    private static func needlessDifference(_ before: String, _ after: String) throws -> String? {
      var pairs = [(try Jq.document(before).root, try Jq.document(after).root)]
      while let (one, other) = pairs.popLast() {
        if one.isEqual(to: other) {
          if one.literal != other.literal { return String(decoding: one.literal, as: UTF8.self) }
        } else if one.kind == .object, other.kind == .object {
          for (name, value) in one.members {
            if let counterpart = other[member: name.string] { pairs.append((value, counterpart)) }
          }
        }
      }
      return nil
    }
  }
}

/// Documents with everything that jq's own reading would change, in all layouts.
struct SeededDocument {
  private static let scalars = [
    "1.0", "0", "-0.0", "1E5", "1e-05", "12345678901234567890", "0.1", "1234567890.0", "true", "false", "null", "\"\"",
    "\"a\"", "\"\\u00e9\"", "\"é\"", "\"\\n\\/\"", "\"\\ud83d\\ude00\"", "2.50", "\"x y\"",
    "100000000000000000000000000000000000000.0", "7",
  ]

  func text(using generator: inout SeededGenerator) -> String {
    let style = Int.random(in: 0..<4, using: &generator)
    var members = ["a", "b", "c", "d"].shuffled(using: &generator).map { name in
      "\"\(name)\":\(space(style, &generator))\(value(name == "c" ? 3 : name == "d" ? 4 : 0, 2, style, &generator))"
    }
    if generator.chance(1, outOf: 4) { members.removeLast() }
    return wrap(members, "{", "}", style, &generator)
  }

  /// - Parameter kind: 3 is an array, 4 an object, anything else any value.
  private func value(_ kind: Int, _ depth: Int, _ style: Int, _ generator: inout SeededGenerator) -> String {
    let kind = kind > 2 ? kind : depth > 0 ? Int.random(in: 0..<5, using: &generator) : 0
    let count = Int.random(in: 0...4, using: &generator)
    switch kind {
    case 3:
      return wrap((0..<count).map { _ in value(0, depth - 1, style, &generator) }, "[", "]", style, &generator)
    case 4:
      let names = ["e", "f", "\\u0067", "é"].shuffled(using: &generator).prefix(count)
      return wrap(
        names.map { "\"\($0)\":\(space(style, &generator))\(value(0, depth - 1, style, &generator))" }, "{", "}", style,
        &generator)
    default:
      return Self.scalars.randomElement(using: &generator) ?? "0"
    }
  }

  private func wrap(
    _ children: [String], _ open: String, _ close: String, _ style: Int, _ generator: inout SeededGenerator
  ) -> String {
    let separator = space(style, &generator)
    return open + separator + children.joined(separator: "," + separator) + (style == 2 ? "\n" : "") + close
  }

  private func space(_ style: Int, _ generator: inout SeededGenerator) -> String {
    switch style {
    case 0: ""
    case 1: " "
    case 2: "\n  "
    default: [" ", "", "\t", "\r\n"].randomElement(using: &generator) ?? ""
    }
  }
}
