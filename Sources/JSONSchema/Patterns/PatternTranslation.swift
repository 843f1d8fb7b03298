/// A regular expression of ECMA-262 (2024, 22.2.1, with the flag `u`) rewritten for PCRE2.
///
/// Everything that the two read differently is spelt out: classes as ranges, characters as `\x{…}`, `$` as `\z`. What PCRE2
/// cannot do in the same way is refused. One pass over the pattern, with a stack of open groups and no recursion.
struct PatternTranslation {
  /// Code points that a pattern may have.
  static let longestPattern = 8192
  /// Groups inside each other; PCRE2's own limit is 250.
  static let deepestGroup = 200

  let scalars: [Unicode.Scalar]
  var position = 0
  /// For PCRE2.
  private(set) var output = ""
  private var groups: PatternGroups

  /// - Parameter pattern: without the slashes around it.
  static func translate(_ pattern: String) throws(PatternError) -> String {
    let scalars = Array(pattern.unicodeScalars)
    guard scalars.count <= longestPattern else { throw PatternError(.tooLong, at: longestPattern) }
    var translation = PatternTranslation(scalars: scalars, groups: try PatternGroups(scalars))
    try translation.run()
    return translation.output
  }

  private init(scalars: [Unicode.Scalar], groups: PatternGroups) {
    self.scalars = scalars
    self.groups = groups
  }

  private mutating func run() throws(PatternError) {
    while let scalar = next() {
      switch scalar {
      case "^": output += "^"
      case "$": output += "\\z"
      case "|":
        groups.beginAlternative()
        output += "|"
      case "(": try openGroup()
      case ")": try closeGroup()
      case "[": try repeatable { (self) throws(PatternError) in try self.characterClass() }
      case ".": try repeatable { (self) in self.output += PatternClasses.anyButLineEnds }
      case "\\": try escape()
      case "*", "+", "?", "{": throw PatternError(.nothingToRepeat, at: position - 1)
      case "}", "]": throw PatternError(.loneBracket(scalar), at: position - 1)
      default: try repeatable { (self) in self.output += PatternClasses.spelt(scalar) }
      }
    }
    guard groups.depth == 0 else { throw PatternError(.unclosedGroup, at: scalars.count) }
    try groups.checkReferences()
  }

  /// Anything that a quantifier may follow and that sets no group.
  private mutating func repeatable(
    _ write: (inout PatternTranslation) throws(PatternError) -> Void
  ) throws(PatternError) {
    try write(&self)
    _ = try quantifier()
  }

  // MARK: Characters

  func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < scalars.count ? scalars[position + offset] : nil
  }

  mutating func next() -> Unicode.Scalar? {
    guard position < scalars.count else { return nil }
    position += 1
    return scalars[position - 1]
  }

  mutating func skip(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars.count - position >= wanted.count, scalars[position..<position + wanted.count].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  mutating func write(_ text: String) { output += text }

  // MARK: Groups

  private mutating func openGroup() throws(PatternError) {
    let start = position - 1
    guard groups.depth < PatternTranslation.deepestGroup else { throw PatternError(.tooDeep, at: start) }
    if skip("?:") {
      output += "(?:"
      groups.open(.plain)
    } else if skip("?=") {
      output += "(?="
      groups.open(.lookahead)
    } else if skip("?!") {
      output += "(?!"
      groups.open(.negativeLookahead)
    } else if skip("?<=") {
      output += "(?<="
      groups.open(.lookbehind)
    } else if skip("?<!") {
      output += "(?<!"
      groups.open(.lookbehind)
    } else if skip("?<") {
      _ = try groupName()
      output += "("
      groups.open(.capture)
    } else if peek() == "?" {
      throw PatternError(.unknownGroup, at: start)
    } else {
      output += "("
      groups.open(.capture)
    }
  }

  private mutating func closeGroup() throws(PatternError) {
    guard groups.depth > 0 else { throw PatternError(.loneBracket(")"), at: position - 1) }
    output += ")"
    let kind = groups.innermost
    let repetition =
      kind == .plain || kind == .capture ? try quantifier() : Repetition(isOptional: false, isRepeated: false)
    groups.close(repetition)
  }

  /// After `(?<` or `\k<`, to the `>`.
  mutating func groupName() throws(PatternError) -> String {
    let start = position
    var name = ""
    while let scalar = next(), scalar != ">" { name.unicodeScalars.append(scalar) }
    guard PatternGroups.isName(name), scalars[position - 1] == ">" else { throw PatternError(.invalidName, at: start) }
    return name
  }

  // MARK: Quantifiers

  /// How often what stands in front may come.
  struct Repetition {
    var isOptional: Bool
    var isRepeated: Bool
  }

  private mutating func quantifier() throws(PatternError) -> Repetition {
    var repetition = Repetition(isOptional: false, isRepeated: false)
    switch peek() {
    case "*": repetition = Repetition(isOptional: true, isRepeated: true)
    case "+": repetition = Repetition(isOptional: false, isRepeated: true)
    case "?": repetition = Repetition(isOptional: true, isRepeated: false)
    case "{": return try braces()
    default: return repetition
    }
    if let scalar = next() { output.unicodeScalars.append(scalar) }
    lazily()
    return repetition
  }

  private mutating func lazily() {
    if skip("?") { output += "?" }
  }

  private mutating func braces() throws(PatternError) -> Repetition {
    let start = position
    position += 1
    let least = digits()
    var most: String? = least
    if skip(",") {
      let bound = digits()
      most = bound.isEmpty ? nil : bound
    }
    guard !least.isEmpty, skip("}") else { throw PatternError(.loneBracket("{"), at: start) }
    output += "{" + least + (most == least ? "" : "," + (most ?? "")) + "}"
    lazily()
    return Repetition(isOptional: least == "0", isRepeated: most.map { $0 != "0" && $0 != "1" } ?? true)
  }

  /// Without leading zeros; empty where there is no digit.
  private mutating func digits() -> String {
    var digits = ""
    while let scalar = peek(), ("0"..."9").contains(scalar) {
      if digits == "0" { digits = "" }
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    return digits
  }

  // MARK: Escapes

  /// After a backslash, outside of a class.
  private mutating func escape() throws(PatternError) {
    let start = position - 1
    switch peek() {
    case "b", "B":
      output += "\\"
      if let scalar = next() { output.unicodeScalars.append(scalar) }
    case "k":
      position += 1
      guard skip("<") else { throw PatternError(.unknownEscape, at: start) }
      let name = try groupName()
      guard let group = groups.number(ofName: name) else { throw PatternError(.noSuchGroup(name), at: start) }
      try refer(to: group, at: start)
    case let scalar? where ("1"..."9").contains(scalar):
      let number = digits()
      guard let group = Int(number), group <= groups.captures else {
        throw PatternError(.noSuchGroup(number), at: start)
      }
      try refer(to: group, at: start)
    default:
      let atom = try characterEscape(from: start)
      output += atom.text(inClass: false)
      _ = try quantifier()
    }
  }

  private mutating func refer(to group: Int, at place: Int) throws(PatternError) {
    groups.refer(to: group, at: place)
    output += "\\g{\(group)}"
    _ = try quantifier()
  }
}
