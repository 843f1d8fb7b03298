import LosslessJSON
import Testing

@testable import UprevCore

/// A step, and what it must make of a value.
struct StepCase: Sendable {
  let name: String
  let step: any Step
  let expected: @Sendable (Tree) throws -> Tree
  /// Where in a value the step may change bytes: what encloses all of its pointers.
  let touched: JSONPointer

  init(_ step: any Step, touching pointers: [JSONPointer], _ expected: @escaping @Sendable (Tree) throws -> Tree) {
    self.step = step
    self.expected = expected
    name = step.name
    let holders = pointers.map { Array($0.tokens.dropLast()) }
    var common = holders.first ?? []
    for holder in holders.dropFirst() {
      common = zip(common, holder).prefix { $0 == $1 }.map(\.0)
    }
    touched = JSONPointer(tokens: common)
  }

  static func value(_ text: String) throws -> StepValue {
    let document = try IndexedJSON(scanning: JSONText(text))
    return StepValue(fragment: JSONFragment(document), value: document.root)
  }

  static func pointer(_ text: String) throws -> JSONPointer { try JSONPointer(parsing: text) }

  /// Every operation of RFC 6902 over these pointers and values.
  static func operations(_ paths: [String], values: [String]) throws -> [StepCase] {
    var cases: [StepCase] = []
    let pointers = try paths.map { try JSONPointer(parsing: $0) }
    for path in pointers {
      for text in values {
        let (value, tree) = (try value(text), try Tree(text))
        cases.append(StepCase(AddStep(path: path, value: value), touching: [path]) { try $0.adding(tree, at: path) })
        cases.append(
          StepCase(ReplaceStep(path: path, value: value), touching: [path]) { try $0.replacing(path, with: tree) })
        cases.append(StepCase(TestStep(path: path, value: value), touching: [path]) { try $0.testing(path, tree) })
      }
      cases.append(StepCase(RemoveStep(path: path), touching: [path]) { try $0.removing(path) })
      for from in pointers {
        cases.append(
          StepCase(CopyStep(from: from, path: path), touching: [path]) { try $0.copying(from, to: path) })
        if !path.isInside(from) {
          cases.append(
            StepCase(MoveStep(from: from, path: path), touching: [from, path]) { try $0.moving(from, to: path) })
        }
      }
    }
    return cases
  }

  /// One or a few of every step there is, over the pointers that ``documents`` have.
  static func all() throws -> [StepCase] {
    let (a, b, ab) = (try pointer("/a"), try pointer("/b"), try pointer("/a/b"))
    let (one, object) = (try value("1"), try value("{\"x\": [1.50, {}]}"))
    let objectTree = Tree(object.value)
    var cases = try operations(["/a", "/a/b", "/a/0", "/c"], values: ["1", "{\"x\": [1.50, {}]}"])
    cases += [
      StepCase(DefaultStep(at: ab, value: object), touching: [ab]) { try $0.defaulting(ab, to: objectTree) },
      StepCase(DefaultStep(at: b, value: one), touching: [b]) { try $0.defaulting(b, to: .scalar("1")) },
      StepCase(RenameStep(at: a, newName: "z"), touching: [a]) { try $0.renaming(a, to: "z") },
      StepCase(RenameStep(at: ab, newName: "c"), touching: [ab]) { try $0.renaming(ab, to: "c") },
      StepCase(RenameStep(at: a, newName: "a"), touching: [a]) { try $0.renaming(a, to: "a") },
    ]
    cases.append(
      StepCase(
        ConvertStep(
          at: a, arithmetic: .init(multiply: JSONDecimal(literal: "0.5".utf8).map { .number($0) }), target: nil),
        touching: [a]
      ) { tree in
        let halves = ["1": "0.5", "1.0": "0.5", "2e0": "1", "-0.0": "-0.0"]
        guard case .scalar(let literal) = try tree.value(at: a.tokens[...]), let half = halves[literal] else {
          throw Tree.Refused()
        }
        return try tree.replacing(a, with: .scalar(half))
      })
    cases.append(
      StepCase(
        EachStep(at: a, steps: [DefaultStep(at: b, value: one), RenameStep(at: b, newName: "y")]), touching: [ab]
      ) { tree in
        try tree.each(a) { try $0.defaulting(b, to: .scalar("1")).renaming(b, to: "y") }
      })
    cases.append(
      StepCase(
        WhenStep(
          condition: Condition(pointer: a, test: .type(.object)), step: AddStep(path: ab, value: object)),
        touching: [ab]
      ) { tree in
        guard let value = try? tree.value(at: a.tokens[...]), value.isType(.object) else { return tree }
        return try tree.adding(objectTree, at: ab)
      })
    cases.append(
      StepCase(JqStep(program: ".jq = 1", runner: JqStub(), allowsNonFinite: false), touching: [try pointer("/jq")]) {
        guard $0.isType(.object) else { throw Tree.Refused() }
        return try $0.adding(.scalar("1"), at: pointer("/jq"))
      })
    return cases
  }

  /// Small values of every kind; members named `a` are written in three ways.
  static let documents: [String] = {
    let scalars = ["1", "1.0", "2e0", "-0.0", "\"x\"", "null", "true"]
    let inner =
      scalars + [
        "[]", "[1]", "[1.0,{}]", "[[1],[2]]", "{}", "{\"b\":1}", "{\"b\":{\"c\":1.0},\"c\":2}",
        "[{\"b\":1e0},{\"y\":2}]",
        "[{},{\"b\":[]}]",
      ]
    return inner + inner.map { "{\"a\":\($0)}" } + inner.map { "{\"z\":10.00,\"\\u0061\":\($0),\"b\":\"\\u00e9\"}" }
      + inner.prefix(9).map { "[\($0),1.0]" }
  }()
}

/// Answers for jq: gives objects a member `jq`, and fails for everything else.
struct JqStub: JqRunner {
  func check(_ program: String, seesGathered: Bool) throws(JqProgramError) {
    if program.contains("(") { throw .invalid("syntax error") }
  }

  func run(
    _ program: String, on inputs: [JSONValue], gathered: [[UInt8]]?, allowsNonFinite: Bool
  ) -> [Result<JqAnswer, JqFailure>] {
    inputs.map { input in
      guard input.kind == .object, let view = try? IndexedJSON(scanning: JSONText(input.literal)),
        let splice = try? view.settingMember("jq", to: .integer(1), in: view.root),
        let text = try? view.applying([splice]), let value = try? IndexedJSON(scanning: text)
      else { return .failure(.programError("no object")) }
      return .success(JqAnswer(view: view, value: value))
    }
  }
}
