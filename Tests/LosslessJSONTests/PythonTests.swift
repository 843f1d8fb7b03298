import LosslessJSON
import Testing
import UprevTestSupport

/// Python functions that make random values and mutations.
private let generators = #"""
  def scalar():
      return random.choice([None, True, False, 0, -1, 7, 10**30, 0.01, 1e-05, 1234567890.0, -0.0, 1e300,
          float("nan"), float("inf"), -float("inf"), "", "fork", "caf\u00e9", "\U0001f600 \u20ac", "a\"b\\c/\n\t\x01\x7f",
          random.randrange(10**12), random.random()])
  def value(depth):
      if depth == 0 or random.random() < .5: return scalar()
      if random.random() < .5: return [value(depth - 1) for _ in range(random.randrange(4))]
      return members(depth - 1, random.randrange(4))
  def members(depth, count):
      names = random.sample(["a", "b", "features", "n_jobs", "caf\u00e9", "\U0001f600", "x\"y", "a/b", "m~n", "", "\n", "long member name"], count)
      return {name: value(depth) for name in names}

  """#

@Suite("Python's json as the oracle")
struct PythonTests {
  @Test("Setting a member gives byte for byte what Python would have written, in every layout it has")
  func settingMembers() throws {
    let seed: UInt64 = 4711
    let records = try PythonOracle.records(
      seed: seed,
      generators
        + #"""
        layouts = [dict(indent=n) for n in (0, 1, 2, 3, 4, 8, "\t", " \t")] + [dict(), dict(separators=(",", ":")),
            dict(separators=(", ", ":")), dict(indent=2, separators=(",", " : ")), dict(indent=4, separators=(", ", ": "))]
        for i in range(6000):
            layout = random.choice(layouts)
            ascii = random.random() < .7
            while True:
                old = members(3, random.randint(1, 6))
                new = random.choice([2, value(2), value(3)])
                before = json.dumps(old, ensure_ascii=ascii, **layout)
                if not ascii and before.isascii() and not json.dumps(new).isascii(): continue
                key = random.choice(list(old)) if random.random() < .2 else "version"
                # A single member shows a separator only where Python puts it on a line of its own; (", ", ":") cannot show.
                if layout.get("separators") == (", ", ":") and ", " not in before: continue
                if layout == dict(indent=4, separators=(", ", ": ")) and before.count(", \n") == 0: continue
                # What only a string shows is no evidence.
                if layout.get("separators") == (", ", ":") and len(old) < 2: continue
                if layout == dict(indent=4, separators=(", ", ": ")) and len(old) < 2: continue
                break
            after = json.dumps({**old, key: new}, ensure_ascii=ascii, **layout)
            end = random.choice(["", "\n", "\r\n"])
            emit(before + end, key, json.dumps(new, ensure_ascii=ascii, separators=random.choice([(",", ":"), (" ,  ", "  :")])), after + end)
        """#)
    #expect(records.count == 6000)
    let options = JSONReadingOptions(allowsNonFinite: true)
    var wrong = 0
    for record in records {
      let json = try IndexedJSON(scanning: JSONText(record[0]), options: options)
      let fragment = JSONFragment(try IndexedJSON(scanning: JSONText(record[2]), options: options))
      let splice = try json.settingMember(String(decoding: record[1], as: UTF8.self), to: fragment, in: json.root)
      let result = try json.applying([splice])
      if result != JSONText(record[3]) {
        wrong += 1
        if wrong <= 5 {
          Issue.record(
            "seed \(seed): \(visible(json.text))\ngave   \(visible(result))\nwanted \(visible(JSONText(record[3])))")
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test("Stamping what json.dump(…, indent=2) wrote equals data[\"version\"] = 2, also for {}")
  func stamping() throws {
    let seed: UInt64 = 1_000_003
    let records = try PythonOracle.records(
      seed: seed,
      generators
        + #"""
        for i in range(3000):
            old = {} if i == 0 else members(3, random.randrange(7))
            if random.random() < .3: old = {"version": random.choice([1, 1.0, None, "x", [1]]), **old}
            emit(json.dumps(old, indent=2), json.dumps({**old, "version": 2}, indent=2))
        """#)
    #expect(records.count == 3000)
    for record in records {
      let json = try IndexedJSON(scanning: JSONText(record[0]), options: JSONReadingOptions(allowsNonFinite: true))
      let result = try json.applying([try json.settingMember("version", to: .integer(2), in: json.root)])
      #expect(result == JSONText(record[1]), "seed \(seed): \(visible(json.text))")
      let again = try IndexedJSON(scanning: result, options: JSONReadingOptions(allowsNonFinite: true))
      guard json.root[member: "version"] == nil, let added = again.root[member: "version"] else { continue }
      #expect(try again.applying([try again.removing(added)]) == json.text, "seed \(seed)")
    }
  }

  @Test("Nested empty objects and arrays expand as Python expands them")
  func nested() throws {
    let seed: UInt64 = 99
    let records = try PythonOracle.records(
      seed: seed,
      generators
        + #"""
        def holes(v, path=""):
            if isinstance(v, dict):
                yield path, v
                for k, w in v.items(): yield from holes(w, path + "/" + k.replace("~", "~0").replace("/", "~1"))
            elif isinstance(v, list):
                yield path, v
                for i, w in enumerate(v): yield from holes(w, path + f"/{i}")
        for i in range(4000):
            layout = random.choice([dict(indent=n) for n in (0, 1, 2, 4, "\t")])
            old = {"first": 1, **members(3, random.randint(1, 5))}
            path, hole = random.choice(list(holes(old)))
            before = json.dumps(old, **layout)
            if isinstance(hole, dict): hole["added"] = [1, {"a": {}}]
            else: hole.append([1, {"a": {}}])
            emit(before, path, json.dumps(old, **layout))
        """#)
    let options = JSONReadingOptions(allowsNonFinite: true)
    for record in records {
      let json = try IndexedJSON(scanning: JSONText(record[0]), options: options)
      let place = try #require(json.value(at: pointer(String(decoding: record[1], as: UTF8.self))))
      let fragment = try JSONFragment.literal("[1,{\"a\":{}}]")
      let splice =
        place.kind == .object
        ? try json.settingMember("added", to: fragment, in: place)
        : try json.insertingElement(fragment, at: nil, in: place)
      let result = try json.applying([splice])
      #expect(visible(result) == visible(JSONText(record[2])), "seed \(seed)")
    }
    #expect(records.count == 4000)
  }

  @Test("Thousands of mutated texts are valid for both or for neither")
  func grammar() throws {
    let seed: UInt64 = 31_337
    let records = try PythonOracle.records(
      seed: seed,
      generators
        + #"""
        class Duplicate(Exception): pass
        def unique(pairs):
            if len({k for k, _ in pairs}) < len(pairs): raise Duplicate()
            return dict(pairs)
        def refuse(word): raise ValueError(word)
        def verdict(data):
            try:
                json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse, parse_int=str, parse_float=str)
                return "valid"
            except Duplicate: return "duplicate"
            except UnicodeDecodeError: return "utf8"
            except ValueError: return "invalid"
        pieces = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\\n", b"0", b"1", b"-", b"+", b".", b"e", b"E5", b" ",
            b"\n", b"\r", b"\t", b"\x0b", b"\x00", b"\x1f", b"\x7f", b"\xc3\xa9", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xc2\xa0",
            b"true", b"false", b"null", b"NaN", b"tru", b"'", b"/", b"a", b'"a"', b'"\\u0061"', b'"a":1', b',"b":2']
        for i in range(20000):
            old = members(2, random.randrange(4)) if random.random() < .8 else value(3)
            data = bytearray(json.dumps(old, ensure_ascii=random.random() < .5, indent=random.choice([None, 1])).encode("utf-8"))
            if isinstance(old, dict) and old and random.random() < .1:
                data = bytearray(json.dumps({random.choice(list(old)): 0}).encode("utf-8")[:-1] + b", " + json.dumps(old).encode("utf-8")[1:])
            for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
                at = random.randrange(len(data) + 1)
                to = at + random.choice([0, 0, 1, 1, 2, 5])
                data[at:to] = random.choice(pieces) if random.random() < .8 else bytes(data[to:to + random.randrange(8)])
            emit(bytes(data), verdict(bytes(data)))
        """#)
    #expect(records.count == 20_000)
    var counts: [String: Int] = [:]
    for record in records {
      // An empty text is emitted as a lone x.
      let error = failure(record[0])
      let ours =
        switch error?.code {
        case nil: "valid"
        case .duplicateKey: "duplicate"
        case .notUTF8: "utf8"
        default: "invalid"
        }
      let theirs = String(decoding: record[1], as: UTF8.self)
      counts[theirs, default: 0] += 1
      // Python decodes before it parses, and meets a duplicate before a later error: the kinds of refusal may differ.
      #expect(
        (ours == "valid") == (theirs == "valid"), "seed \(seed): \(visible(JSONText(record[0]))) \(ours) \(theirs)")
      if theirs == "duplicate" { #expect(ours == "duplicate" || ours == "invalid") }
      if ours == "utf8" { #expect(theirs == "utf8") }
      if let error { #expect(error.offset <= record[0].count) }
    }
    for kind in ["valid", "duplicate", "utf8", "invalid"] { #expect(counts[kind, default: 0] > 50, "\(kind)") }
  }

  @Test("Strings are read as Python reads them")
  func strings() throws {
    let seed: UInt64 = 5
    let records = try PythonOracle.records(
      seed: seed,
      #"""
      for i in range(5000):
          text = '"' + "".join(random.choice(["a", "\\n", "\\\\", "\\/", '\\"', "\\u00e9", "\\u0000", "\\ud83d", "\\ude00", "\\uD83D\\uDE00", "\u20ac", "\U0001f600"])
                               for _ in range(random.randrange(12))) + '"'
          emit(text, json.loads(text).encode("utf-8", "surrogatepass"))
      """#)
    #expect(records.count == 5000)
    for record in records {
      let root = try IndexedJSON(scanning: JSONText(record[0])).root
      #expect(root.unescapedBytes == record[1], "seed \(seed): \(JSONText(record[0]))")
    }
  }
}
