import UprevCore
import UprevReport

/// What a run would change, for people: equal changes together, each with one document as the example.
struct ChangesText {
  let isColoured: Bool

  /// Groups that are shown.
  static let maximumGroups = 20

  /// Calls back with lines, a group at a time.
  func forEachPart(of changes: ChangeGroups, _ body: ([String]) throws -> Void) rethrows {
    let (groups, others) = changes.shown(atMost: Self.maximumGroups)
    for (position, group) in groups.enumerated() {
      try body((position == 0 ? [] : [""]) + lines(of: group))
    }
    if others > 0 { try body(["", Words.others(others)]) }
  }

  private func lines(of group: ChangeGroups.Group) -> [String] {
    let diff = DiffText(isColoured: isColoured)
    let edits = group.edits.map { Terminal.printable(Words.edit($0)) }
    var lines = Words.heading(group, edits: edits).map { diff.coloured($0, .bold) }
    if let example = group.example {
      let name = Words.path(example.path, in: example.target)
      lines += diff.lines(from: example.old, to: example.new, oldHeading: name, newHeading: name)
    }
    return lines
  }
}

extension Words {
  /// `add /version = 2`
  static func edit(_ edit: ChangeDescription.Edit) -> String {
    let place = edit.place.tokens.map { token in
      "/" + (token.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") } ?? "*")
    }.joined()
    let value =
      switch edit.operation {
      case .remove: ""
      case .add, .replace: " = " + (edit.value ?? "…")
      }
    return "\(edit.operation.rawValue) \(place.isEmpty ? "\"\"" : place)\(value)"
  }

  /// `37,412 documents (ml-training-data 1 → 2): add /version = 2`, or several lines.
  static func heading(_ group: ChangeGroups.Group, edits: [String]) -> [String] {
    let versions = [group.from?.key, group.to?.key].map { $0 ?? "?" }.joined(separator: " → ")
    let which = Terminal.printable("(\(group.format) \(versions))")
    let start = "\(grouped(group.count)) \(group.count == 1 ? "document" : "documents") \(which):"
    let edits = edits + (group.isCutShort ? ["and more"] : [])
    switch edits.count {
    case 0: return ["\(start) only white space, or the order of members"]
    case 1: return ["\(start) \(edits[0])"]
    default: return [start] + edits.map { "  " + $0 }
    }
  }

  static func others(_ count: Int) -> String {
    "and \(grouped(count)) \(count == 1 ? "document" : "documents") in which something else is done"
  }

  /// Digits in threes.
  static func grouped(_ number: Int) -> String {
    var text = ""
    let digits = String(number)
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }

  static func plan(at path: PathName) -> String { "plan: \(Terminal.printable(path))" }

  static func noPlan(_ path: PathName) -> String {
    "no plan was written to \(Terminal.printable(path)), because it would not be whole; leave out what failed, or set it right"
  }

  static func planFailure(_ error: any Error) -> String {
    guard let error = error as? FileSystemError else { return "the plan is not whole: \(error)" }
    return "the plan: \(Terminal.printable(error.message(.writing))); give --out another path"
  }

  static func refused(_ error: PlanError, _ path: PathName) -> String {
    "\(Terminal.printable(path)): \(Terminal.printable(error.message)) [\(ErrorCode.planRefused.rawValue)]"
  }
}
