import LosslessJSON
import Testing
import UprevTestSupport

@testable import Conformance
@testable import UprevCore

@Suite("JSON Patch")
struct PatchSuiteTests {
  /// What each clause of RFC 6902 makes of a document; nil: it must fail.
  static let cases: [(clause: String, document: String, patch: String, expected: String?)] = [
    ("A.1", #"{"pen": 1}"#, #"[{"op": "add", "path": "/ink", "value": "red"}]"#, #"{"pen": 1, "ink": "red"}"#),
    ("A.2", #"{"l": [1, 3]}"#, #"[{"op": "add", "path": "/l/1", "value": 2}]"#, #"{"l": [1, 2, 3]}"#),
    ("A.3", #"{"a": 1, "b": 2}"#, #"[{"op": "remove", "path": "/a"}]"#, #"{"b": 2}"#),
    ("A.4", "[1, 2, 3]", #"[{"op": "remove", "path": "/1"}]"#, "[1, 3]"),
    ("A.5", #"{"a": 1, "b": 2}"#, #"[{"op": "replace", "path": "/b", "value": [0]}]"#, #"{"a": 1, "b": [0]}"#),
    (
      "A.6", #"{"x": {"k": 1, "m": 2}, "y": {"n": 3}}"#, #"[{"op": "move", "from": "/x/m", "path": "/y/m"}]"#,
      #"{"x": {"k": 1}, "y": {"n": 3, "m": 2}}"#
    ),
    ("A.7", "[0, 1, 2, 3]", #"[{"op": "move", "from": "/1", "path": "/3"}]"#, "[0, 2, 3, 1]"),
    (
      "A.8", #"{"a": "s", "l": ["a", 2]}"#,
      #"[{"op": "test", "path": "/a", "value": "s"}, {"op": "test", "path": "/l/1", "value": 2}]"#,
      #"{"a": "s", "l": ["a", 2]}"#
    ),
    ("A.9", #"{"a": "s"}"#, #"[{"op": "test", "path": "/a", "value": "t"}]"#, nil),
    ("A.10", #"{"a": 1}"#, #"[{"op": "add", "path": "/o", "value": {"i": {}}}]"#, #"{"a": 1, "o": {"i": {}}}"#),
    ("A.11", "{}", #"[{"op": "add", "path": "/a", "value": 1, "note": 2, "when": 3, "from": 4}]"#, #"{"a": 1}"#),
    ("A.12", #"{"a": 1}"#, #"[{"op": "add", "path": "/none/b", "value": 1}]"#, nil),
    (
      "A.14", #"{"/": 1, "~1": 2}"#,
      #"[{"op": "test", "path": "/~01", "value": 2}, {"op": "remove", "path": "/~1"}]"#, #"{"~1": 2}"#
    ),
    ("A.15", #"{"~1": 10}"#, #"[{"op": "test", "path": "/~01", "value": "10"}]"#, nil),
    ("A.16", #"{"l": [1]}"#, #"[{"op": "add", "path": "/l/-", "value": [2, 3]}]"#, #"{"l": [1, [2, 3]]}"#),
    ("3: no array", "{}", #"{"op": "add", "path": "/a", "value": 1}"#, nil),
    ("3: nothing", "[1.0]", "[]", "[1]"),
    ("4: no op", "{}", #"[{"path": "/a", "value": 1}]"#, nil),
    ("4: another op", "{}", #"[{"op": "spam", "path": "/a", "value": 1}]"#, nil),
    ("4: op is no text", "{}", #"[{"op": 1, "path": "/a", "value": 1}]"#, nil),
    ("4: no path", "{}", #"[{"op": "add", "value": 1}]"#, nil),
    ("4: no pointer", "{}", #"[{"op": "add", "path": "a", "value": 1}]"#, nil),
    ("4: path is null", "{}", #"[{"op": "add", "path": null, "value": 1}]"#, nil),
    ("4: a bad escape", #"{"~2": 1}"#, #"[{"op": "remove", "path": "/~2"}]"#, nil),
    ("4: no operation", "{}", #"["add"]"#, nil),
    (
      "4: in order", "{}", #"[{"op": "add", "path": "/a", "value": []}, {"op": "add", "path": "/a/0", "value": 1}]"#,
      #"{"a": [1]}"#
    ),
    ("4: order of members", "{}", #"[{"value": 1, "path": "/a", "op": "add"}]"#, #"{"a": 1}"#),
    ("4.1: the whole", #"{"a": 1}"#, #"[{"op": "add", "path": "", "value": [1]}]"#, "[1]"),
    (
      "4.1: an existing member", #"{"a": 1, "b": 2}"#, #"[{"op": "add", "path": "/a", "value": null}]"#,
      #"{"a": null, "b": 2}"#
    ),
    ("4.1: the empty name", "{}", #"[{"op": "add", "path": "/", "value": 1}]"#, #"{"": 1}"#),
    ("4.1: at the count", "[1]", #"[{"op": "add", "path": "/1", "value": 2}]"#, "[1, 2]"),
    ("4.1: past the count", "[1]", #"[{"op": "add", "path": "/2", "value": 2}]"#, nil),
    ("4.1: a leading zero", "[1, 2]", #"[{"op": "add", "path": "/01", "value": 2}]"#, nil),
    ("4.1: a sign", "[1]", #"[{"op": "add", "path": "/-1", "value": 2}]"#, nil),
    ("4.1: plus", "[1]", #"[{"op": "add", "path": "/+1", "value": 2}]"#, nil),
    ("4.1: an exponent", "[1, 2]", #"[{"op": "add", "path": "/1e0", "value": 2}]"#, nil),
    ("4.1: beyond words", "[1]", #"[{"op": "add", "path": "/99999999999999999999", "value": 2}]"#, nil),
    ("4.1: digits of an object", #"{"a": {}}"#, #"[{"op": "add", "path": "/a/01", "value": 2}]"#, #"{"a": {"01": 2}}"#),
    ("4.1: into text", #"{"a": "b"}"#, #"[{"op": "add", "path": "/a/0", "value": 2}]"#, nil),
    ("4.1: behind the end", "[[1]]", #"[{"op": "add", "path": "/-/0", "value": 2}]"#, nil),
    ("4.1: no value", "{}", #"[{"op": "add", "path": "/a"}]"#, nil),
    ("4.2: absent", "{}", #"[{"op": "remove", "path": "/a"}]"#, nil),
    ("4.2: the end", "[1]", #"[{"op": "remove", "path": "/-"}]"#, nil),
    ("4.2: a leading zero", "[1]", #"[{"op": "remove", "path": "/00"}]"#, nil),
    ("4.2: null is there", #"{"a": null}"#, #"[{"op": "remove", "path": "/a"}]"#, "{}"),
    ("4.3: absent", "{}", #"[{"op": "replace", "path": "/a", "value": 1}]"#, nil),
    ("4.3: the end", "[1]", #"[{"op": "replace", "path": "/-", "value": 1}]"#, nil),
    ("4.3: the whole", "[1]", #"[{"op": "replace", "path": "", "value": "x"}]"#, #""x""#),
    ("4.3: no value", #"{"a": 1}"#, #"[{"op": "replace", "path": "/a"}]"#, nil),
    ("4.4: into its own child", #"{"a": {"b": 1}}"#, #"[{"op": "move", "from": "/a", "path": "/a/b"}]"#, nil),
    ("4.4: to its parent", #"{"a": {"b": 1}}"#, #"[{"op": "move", "from": "/a/b", "path": "/a"}]"#, #"{"a": 1}"#),
    (
      "4.4: a name that begins alike", #"{"a": 1, "ab": {}}"#, #"[{"op": "move", "from": "/a", "path": "/ab/c"}]"#,
      #"{"ab": {"c": 1}}"#
    ),
    ("4.4: onto itself", #"{"a": 1}"#, #"[{"op": "move", "from": "/a", "path": "/a"}]"#, #"{"a": 1}"#),
    ("4.4: onto itself, absent", "{}", #"[{"op": "move", "from": "/a", "path": "/a"}]"#, nil),
    ("4.4: to the root", #"{"a": [1]}"#, #"[{"op": "move", "from": "/a", "path": ""}]"#, "[1]"),
    ("4.4: past the end without it", "[1, 2]", #"[{"op": "move", "from": "/0", "path": "/2"}]"#, nil),
    ("4.4: no from", #"{"a": 1}"#, #"[{"op": "move", "path": "/a"}]"#, nil),
    ("4.5: onto itself", "[1, 2]", #"[{"op": "copy", "from": "/0", "path": "/0"}]"#, "[1, 1, 2]"),
    ("4.5: into itself", #"{"a": {}}"#, #"[{"op": "copy", "from": "/a", "path": "/a/b"}]"#, #"{"a": {"b": {}}}"#),
    ("4.5: the whole", #"{"a": 1}"#, #"[{"op": "copy", "from": "", "path": "/b"}]"#, #"{"a": 1, "b": {"a": 1}}"#),
    ("4.5: absent", "{}", #"[{"op": "copy", "from": "/a", "path": "/b"}]"#, nil),
    ("4.5: the end", "[1]", #"[{"op": "copy", "from": "/-", "path": "/0"}]"#, nil),
    ("4.6: numbers by value", "[10]", #"[{"op": "test", "path": "/0", "value": 1.0e1}]"#, "[10]"),
    ("4.6: exactly", "[9007199254740993]", #"[{"op": "test", "path": "/0", "value": 9007199254740992}]"#, nil),
    (
      "4.6: members in any order", #"{"a": 1, "b": 2}"#, #"[{"op": "test", "path": "", "value": {"b": 2, "a": 1}}]"#,
      #"{"a": 1, "b": 2}"#
    ),
    ("4.6: elements in order", "[1, 2]", #"[{"op": "test", "path": "", "value": [2, 1]}]"#, nil),
    ("4.6: text is no number", "[1]", #"[{"op": "test", "path": "/0", "value": "1"}]"#, nil),
    ("4.6: false is not null", "[false]", #"[{"op": "test", "path": "/0", "value": null}]"#, nil),
    ("4.6: escapes", #"["\u0061"]"#, #"[{"op": "test", "path": "/0", "value": "a"}]"#, #"["a"]"#),
    ("4.6: no value", "[null]", #"[{"op": "test", "path": "/0"}]"#, nil),
    (
      "5: one failure, no change", #"{"a": 1}"#,
      #"[{"op": "remove", "path": "/a"}, {"op": "test", "path": "/a", "value": 1}]"#, nil
    ),
  ]

  @Test("Each clause of RFC 6902 holds", arguments: cases.indices)
  func clause(_ index: Int) throws {
    let (clause, text, patchText, expected) = Self.cases[index]
    let document = try IndexedJSON(scanning: JSONText(text))
    let patch = try IndexedJSON(scanning: JSONText(patchText))
    let result = try? JSONPatch(patch.root).applied(to: document)
    guard let expected else {
      #expect(result == nil, "\(clause) gives \(result.map { "\($0.text)" } ?? "")")
      return
    }
    let wanted = try IndexedJSON(scanning: JSONText(expected))
    #expect(
      result?.root.isEqual(to: wanted.root) == true, "\(clause) gives \(result.map { "\($0.text)" } ?? "nothing")")
  }

  @Test("The runner counts what passes, fails and is skipped, and one unreadable record costs no other")
  func runner() throws {
    let folder = try TemporaryTree()
    let records = Self.cases.map { clause, document, patch, expected in
      #"{"comment": "\#(clause)", "doc": \#(document), "patch": \#(patch), "#
        + (expected.map { "\"expected\": \($0)}" } ?? "\"error\": \"]}\\\"\"}")
    }
    try folder.write("tests.json", "[" + records.joined(separator: ",\n") + "]\n")
    let whole = try PatchSuite.run(folder.path)
    #expect(whole.passed == Self.cases.count && whole.failed == 0 && whole.skipped == 0)
    let add = #"[{"op": "add", "path": "/0", "value": 1}]"#
    try folder.write(
      "spec_tests.json",
      """
      [{"doc": [], "patch": \(add)}, {"doc": 1, "patch": \(add)}, {"doc": [], "patch": \(add), "expected": [2]},
       {"doc": [], "patch": \(add), "error": "no"}, {"doc": 1, "patch": 1, "disabled": true}, {"comment": "only"},
       {"doc": [], "patch": [{"op": "add", "op": "remove"}], "error": "twice"}]
      """)
    let both = try PatchSuite.run(folder.path)
    #expect(both.passed == Self.cases.count + 1 && both.failed == 3 && both.skipped == 3)
    #expect(throws: ConformanceFailure.self) { try PatchSuite.run(folder.path + "/none") }
  }
}
