import LosslessJSON

/// What changed between two texts, line by line, in hunks with context, as `diff -u` has them.
///
/// Lines end at LF; a CR in front of it is part of its line. A last line without LF differs from one with it. Time and memory
/// are bounded: where two texts have more than ``maximumLines`` lines between the first and the last difference, those lines
/// are one change, all of the old ones and then all of the new ones.
public struct LineDiff: Sendable {
  /// One line of a hunk, without its LF.
  public struct Line: Hashable, Sendable {
    /// What became of it.
    public enum Kind: Hashable, Sendable {
      case same
      case removed
      case added
    }

    public var kind: Kind
    public var bytes: [UInt8]
    /// Whether the text ends here without LF.
    public var lacksLineFeed: Bool
  }

  /// Changes that are close together, with the lines around them.
  public struct Hunk: Hashable, Sendable {
    /// The first line, from 1; the line before where the count is 0.
    public var oldStart: Int
    public var oldCount: Int
    public var newStart: Int
    public var newCount: Int
    public var lines: [Line]
  }

  /// Lines, old and new together, that are compared with each other. The search keeps memory by the square of it.
  public static let maximumLines = 2000

  /// In the order of the texts; empty where they are equal.
  public let hunks: [Hunk]

  /// - Parameter context: unchanged lines shown around each change.
  public init(from old: JSONText, to new: JSONText, context: Int = 3) {
    hunks = Self.hunks(Self.script(Self.lines(of: old), Self.lines(of: new)), context: max(0, context))
  }

  private static func lines(of text: JSONText) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = text.bytes
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
      lines.append(rest[..<end])
      rest = rest[end...]
    }
    return lines
  }

  /// Every line of both texts, once, in order; of a change the old lines first.
  private static func script(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Line] {
    var prefix = 0
    while prefix < old.count, prefix < new.count, old[prefix] == new[prefix] { prefix += 1 }
    var suffix = 0
    while suffix < old.count - prefix, suffix < new.count - prefix,
      old[old.count - 1 - suffix] == new[new.count - 1 - suffix]
    {
      suffix += 1
    }
    return old[..<prefix].map { line($0, .same) }
      + middle(old[prefix..<(old.count - suffix)], new[prefix..<(new.count - suffix)])
      + old[(old.count - suffix)...].map { line($0, .same) }
  }

  private static func middle(
    _ old: ArraySlice<ArraySlice<UInt8>>, _ new: ArraySlice<ArraySlice<UInt8>>
  ) -> [Line] {
    guard old.count + new.count <= maximumLines else {
      return old.map { line($0, .removed) } + new.map { line($0, .added) }
    }
    let old = Array(old)
    let new = Array(new)
    var removed = Set<Int>()
    var added = Set<Int>()
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var lines: [Line] = []
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      if left < old.count, removed.contains(left) {
        lines.append(line(old[left], .removed))
        left += 1
      } else if right < new.count, added.contains(right) {
        lines.append(line(new[right], .added))
        right += 1
      } else {
        // What is in neither set is in both texts.
        if left < old.count { lines.append(line(old[left], .same)) }
        left += 1
        right += 1
      }
    }
    return lines
  }

  private static func line(_ bytes: ArraySlice<UInt8>, _ kind: Line.Kind) -> Line {
    let hasLineFeed = bytes.last == UInt8(ascii: "\n")
    return Line(kind: kind, bytes: Array(hasLineFeed ? bytes.dropLast() : bytes), lacksLineFeed: !hasLineFeed)
  }

  private static func hunks(_ script: [Line], context: Int) -> [Hunk] {
    var hunks: [Hunk] = []
    var (old, new) = (0, 0)
    var hunk: Hunk?
    /// Unchanged lines at the end of `hunk`.
    var trailing = 0
    func close() {
      guard var finished = hunk else { return }
      let surplus = max(0, trailing - context)
      finished.lines.removeLast(surplus)
      finished.oldCount -= surplus
      finished.newCount -= surplus
      if finished.oldCount == 0 { finished.oldStart -= 1 }
      if finished.newCount == 0 { finished.newStart -= 1 }
      hunks.append(finished)
      hunk = nil
    }
    for (index, line) in script.enumerated() {
      if line.kind != .same, hunk == nil {
        let before = script[max(0, index - context)..<index]
        hunk = Hunk(
          oldStart: old - before.count + 1, oldCount: before.count, newStart: new - before.count + 1,
          newCount: before.count, lines: Array(before))
      }
      if line.kind != .added { old += 1 }
      if line.kind != .removed { new += 1 }
      trailing = line.kind == .same ? trailing + 1 : 0
      if hunk != nil {
        hunk?.lines.append(line)
        if line.kind != .added { hunk?.oldCount += 1 }
        if line.kind != .removed { hunk?.newCount += 1 }
        if trailing > 2 * context { close() }
      }
    }
    close()
    return hunks
  }
}
