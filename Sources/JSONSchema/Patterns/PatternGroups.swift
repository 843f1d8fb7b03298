/// The groups of a pattern while it is read: numbers, names, and which back-references PCRE2 takes as ECMA-262 does.
///
/// ECMA-262 forgets a repeated group's captures when an iteration begins; PCRE2 keeps the last ones. So a reference to a group
/// within a repeated one is allowed only where that group has taken part in the same iteration for certain. Lookbehind reads
/// from right to left in ECMA-262, so that its groups catch other text: no reference may have to do with it.
struct PatternGroups {
  enum Kind {
    case plain
    case capture
    case lookahead
    case negativeLookahead
    case lookbehind
  }

  private struct Open {
    var kind: Kind
    var number: Int?
    /// The captures that have taken part when the group begins, on the way read now, and on every way read so far.
    var before: Set<Int>
    var now: Set<Int>
    var everyWay: Set<Int>?
  }

  private struct Capture {
    /// The groups around it, outermost first, by place in `closed`.
    var around: [Int]
    var isInLookbehind: Bool
  }

  private struct Reference {
    var group: Int
    var place: Int
    var isSettled: Bool
    /// Within the group that it refers to.
    var isInside: Bool
    var isInLookbehind: Bool
  }

  private var open: [Open] = []
  /// By order of opening: whether it is repeated.
  private var isRepeated: [Bool] = []
  private var openPlaces: [Int] = []
  private var now: Set<Int> = []
  private var captureDetails: [Int: Capture] = [:]
  private var references: [Reference] = []
  private var opened = 0
  let captures: Int
  private let names: [String: Int]
  /// Sets are kept only where there is a reference.
  private let hasReferences: Bool

  /// Counts the groups first: a reference may stand in front of its group.
  init(_ scalars: [Unicode.Scalar]) throws(PatternError) {
    var captures = 0
    var names: [String: Int] = [:]
    var hasReferences = false
    var isInClass = false
    var position = 0
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      switch scalar {
      case "\\":
        if position < scalars.count, scalars[position] == "k" || ("1"..."9").contains(scalars[position]) {
          hasReferences = true
        }
        position += 1
      case "[": isInClass = true
      case "]": isInClass = false
      case "(" where !isInClass:
        let rest = scalars[position...].prefix(3)
        if rest.first != "?" {
          captures += 1
        } else if rest.starts(with: "?<".unicodeScalars), rest.last != "=", rest.last != "!" {
          captures += 1
          let name = String(String.UnicodeScalarView(scalars[(position + 2)...].prefix { $0 != ">" }))
          guard names.updateValue(captures, forKey: name) == nil else {
            throw PatternError(.repeatedName(name), at: position - 1)
          }
        }
      default: break
      }
    }
    self.captures = captures
    self.names = names
    self.hasReferences = hasReferences
  }

  var depth: Int { open.count }
  var innermost: Kind? { open.last?.kind }

  func number(ofName name: String) -> Int? { names[name] }

  /// Letters, digits, `_` and `$`, not beginning with a digit.
  static func isName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.properties.isIDStart || first == "_" || first == "$" else {
      return false
    }
    return name.unicodeScalars.allSatisfy { $0.properties.isIDContinue || $0 == "$" }
  }

  mutating func open(_ kind: Kind) {
    var number: Int?
    if kind == .capture {
      opened += 1
      number = opened
      captureDetails[opened] = Capture(around: openPlaces, isInLookbehind: isInLookbehind)
    }
    openPlaces.append(isRepeated.count)
    isRepeated.append(false)
    open.append(Open(kind: kind, number: number, before: now, now: now, everyWay: nil))
  }

  mutating func beginAlternative() {
    guard hasReferences, let group = open.last else {
      // Of the whole pattern's alternatives none follows another.
      now = []
      return
    }
    let index = open.count - 1
    open[index].everyWay = group.everyWay.map { $0.intersection(now) } ?? now
    now = group.before
  }

  mutating func close(_ repetition: PatternTranslation.Repetition) {
    guard let group = open.popLast(), let place = openPlaces.popLast() else { return }
    isRepeated[place] = repetition.isRepeated
    guard hasReferences else { return }
    var settled = group.everyWay.map { $0.intersection(now) } ?? now
    if let number = group.number { settled.insert(number) }
    now =
      repetition.isOptional || group.kind == .negativeLookahead || group.kind == .lookbehind ? group.before : settled
  }

  mutating func refer(to group: Int, at place: Int) {
    references.append(
      Reference(
        group: group, place: place, isSettled: now.contains(group),
        isInside: open.contains { $0.number == group }, isInLookbehind: isInLookbehind))
  }

  private var isInLookbehind: Bool { open.contains { $0.kind == .lookbehind } }

  func checkReferences() throws(PatternError) {
    for reference in references {
      guard let capture = captureDetails[reference.group] else { continue }
      if reference.isInLookbehind || capture.isInLookbehind {
        throw PatternError(.referenceAndLookbehind, at: reference.place)
      }
      // Within its own group a reference is to what an iteration before has caught.
      let isRepeated = capture.around.contains { self.isRepeated[$0] }
      if reference.isInside || !reference.isSettled && isRepeated {
        throw PatternError(.referenceIntoRepetition, at: reference.place)
      }
    }
  }
}
