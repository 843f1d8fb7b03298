import LosslessJSON
import UprevCore
import UprevReport

/// The difference of two texts for people: `diff -u` with everything harmless, long lines shortened, and colours where asked for.
struct DiffText {
  /// Whether removed and added lines are coloured.
  var isColoured: Bool

  /// Lines of one difference that are shown.
  private static let maximumLines = 400
  /// Bytes of a line above which only what is around its change is shown.
  private static let longLine = 160
  /// Bytes shown on each side of a change in a long line.
  private static let around = 40

  /// - Parameters:
  ///   - oldName: what the old text is, for the first line; it is made harmless here.
  /// - Returns: lines; empty where the texts are equal.
  func lines(from old: JSONText, to new: JSONText, oldName: String, newName: String) -> [String] {
    lines(
      from: old, to: new, oldHeading: Terminal.printable(oldName), newHeading: Terminal.printable(newName))
  }

  /// The same with headings that are harmless already.
  func lines(from old: JSONText, to new: JSONText, oldHeading: String, newHeading: String) -> [String] {
    let diff = LineDiff(from: old, to: new)
    guard !diff.hunks.isEmpty else { return [] }
    var lines = [
      coloured("--- " + oldHeading, .bold), coloured("+++ " + newHeading, .bold),
    ]
    for hunk in diff.hunks {
      lines.append(
        coloured(
          "@@ -\(Self.range(hunk.oldStart, hunk.oldCount)) +\(Self.range(hunk.newStart, hunk.newCount)) @@", .cyan))
      for line in Self.shortened(hunk.lines) {
        switch line.kind {
        case .same: lines.append(" " + line.text)
        case .removed: lines.append(coloured("-" + line.text, .red))
        case .added: lines.append(coloured("+" + line.text, .green))
        }
        if line.lacksLineFeed { lines.append("\\ No newline at end of file") }
      }
    }
    guard lines.count > Self.maximumLines else { return lines }
    return Array(lines.prefix(Self.maximumLines)) + [Words.moreLines(lines.count - Self.maximumLines)]
  }

  private static func range(_ start: Int, _ count: Int) -> String { count == 1 ? "\(start)" : "\(start),\(count)" }

  private typealias ShownLine = (kind: LineDiff.Line.Kind, text: String, lacksLineFeed: Bool)

  /// Old lines and the new ones that take their place are shortened together, so that what changed in them stays.
  private static func shortened(_ lines: [LineDiff.Line]) -> [ShownLine] {
    var shown: [ShownLine] = []
    var index = 0
    while index < lines.count {
      let removed = lines[index...].prefix { $0.kind == .removed }
      let added = lines[removed.endIndex...].prefix { $0.kind == .added }
      guard removed.count == added.count, !removed.isEmpty else {
        shown.append(one(lines[index]))
        index += 1
        continue
      }
      let pairs = zip(removed, added).map { pair($0, $1) }
      shown += pairs.map(\.0) + pairs.map(\.1)
      index = added.endIndex
    }
    return shown
  }

  private static func one(_ line: LineDiff.Line) -> ShownLine {
    let end = line.bytes.count > longLine ? longLine : line.bytes.count
    return (line.kind, text(line.bytes, 0..<end), line.lacksLineFeed)
  }

  private static func pair(_ old: LineDiff.Line, _ new: LineDiff.Line) -> (ShownLine, ShownLine) {
    guard max(old.bytes.count, new.bytes.count) > longLine else { return (one(old), one(new)) }
    let shorter = min(old.bytes.count, new.bytes.count)
    var prefix = 0
    while prefix < shorter, old.bytes[prefix] == new.bytes[prefix] { prefix += 1 }
    var suffix = 0
    while suffix < shorter - prefix,
      old.bytes[old.bytes.count - 1 - suffix] == new.bytes[new.bytes.count - 1 - suffix]
    {
      suffix += 1
    }
    func window(_ line: LineDiff.Line) -> ShownLine {
      let start = max(0, prefix - around)
      let end = min(line.bytes.count, line.bytes.count - suffix + around, start + 10 * longLine)
      return (line.kind, text(line.bytes, start..<max(start, end)), line.lacksLineFeed)
    }
    return (window(old), window(new))
  }

  /// A part of a line, with `…` where it is cut, never within a character.
  private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    while end < bytes.count, end > start, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let text = Terminal.printable(String(decoding: bytes[start..<end], as: UTF8.self))
    return (start > 0 ? "…" : "") + text + (end < bytes.count ? "…" : "")
  }

  /// SGR parameters (ECMA-48, 8.3.117).
  enum Colour: String {
    case bold = "1"
    case red = "31"
    case green = "32"
    case cyan = "36"
  }

  func coloured(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
