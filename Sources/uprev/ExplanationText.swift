import UprevCore
import UprevReport

/// One document, stage by stage, for people.
struct ExplanationText {
  let pipelines: [Pipeline]
  let isColoured: Bool
  /// Whether the path by which it is claimed was given apart.
  let hasChosenPath: Bool

  /// The stages, as the first word of their lines has them.
  enum Stage: String, CaseIterable {
    case document
    case claimed
    case detected
    case gathered
    case migrated
    case checked
    case decided
  }

  /// The stage's word, and its lines below each other beside it.
  func section(_ stage: Stage, _ lines: [String]) -> [String] {
    lines.enumerated().map { index, line in
      (index == 0 ? stage.rawValue + String(repeating: " ", count: Self.width - stage.rawValue.count) : Self.indent)
        + line
    }
  }

  private static let width = 2 + (Stage.allCases.map(\.rawValue.count).max() ?? 0)
  private static let indent = String(repeating: " ", count: width)

  func heading(_ found: DocumentLookup.Found) -> [String] {
    let target = Terminal.printable(found.target)
    let path = Terminal.printable(found.path)
    let name = target == path || target.hasSuffix("/" + path) ? target : "\(target):\(path)"
    let size = found.document.map { ", \($0.text.count) bytes" } ?? ""
    return section(.document, [name + size])
  }

  func claimed(_ index: Int, _ path: PathName) -> [String] {
    var position = index
    for pipeline in pipelines {
      guard position >= pipeline.formats.count else {
        let format = pipeline.formats[position]
        let glob = format.files.first { $0.matches(path.bytes) }
        return section(.claimed, [Words.claimed(by: format, of: pipeline, glob: glob)])
      }
      position -= pipeline.formats.count
    }
    return []
  }

  func unclaimed(_ path: PathName) -> [String] {
    let tried = pipelines.flatMap(\.formats).map { "  " + Words.tried($0) }
    let hint = hasChosenPath || path.bytes.contains(UInt8(ascii: "/")) ? [] : [Words.asHint()]
    return section(.claimed, [Words.unclaimed(path)] + tried + hint)
      + section(.decided, [Outcome.unmatched.rawValue])
  }

  func lines(_ explanation: Explanation, _ gathered: [GatheredRecord] = []) -> [String] {
    var lines = section(.detected, [explanation.detection.map { Terminal.printable($0) } ?? Words.notDetected])
    for check in explanation.checks where !check.isResult { lines += self.check(check) }
    for record in gathered where record.documents > 0 { lines += section(.gathered, Words.gathered(record)) }
    for change in explanation.changes { lines += self.change(change) }
    for check in explanation.checks where check.isResult { lines += self.check(check) }
    return lines + section(.decided, [Words.decided(explanation.decision)])
  }

  /// The change is not indented, so that it can be given to `patch`.
  private func change(_ change: Explanation.Change) -> [String] {
    let diff = DiffText(isColoured: isColoured).lines(
      from: change.before, to: change.after, oldName: change.migration.from.key, newName: change.migration.to.key)
    let heading = Words.change(change)
    return diff.isEmpty
      ? section(.migrated, ["\(heading) \(Words.nothingChanged)"]) : section(.migrated, [heading]) + diff
  }

  private func check(_ check: Explanation.Check) -> [String] {
    let violations = (check.violations ?? []).map { violation in
      let pointer = violation.pointer.description
      let place = "line \(violation.line), column \(violation.column)"
      return Terminal.printable(
        "  \(place)\(pointer.isEmpty ? "" : ", \(pointer)"): \(violation.message) (schema: \(violation.schemaPointer))")
    }
    return section(.checked, [Words.check(check)] + violations)
  }
}
