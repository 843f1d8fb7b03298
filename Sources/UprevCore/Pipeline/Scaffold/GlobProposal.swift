/// Globs for files with certain names: as few as are sure to match all of them.
enum GlobProposal {
  /// Names with one ending; with more, what stands in their middle is left open.
  private static let maximumNames = 4

  /// - Parameter names: of files, without folders.
  /// - Returns: globs that match every name, sorted; never empty.
  static func globs(for names: [[UInt8]]) -> [String] {
    var endings: [[UInt8]: Set<[UInt8]>] = [:]
    for name in names { endings[ending(of: name), default: []].insert(name) }
    var globs: Set<String> = []
    for (ending, names) in endings {
      let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
      let glob = sorted.count == 1 ? withoutNumbers(sorted[0], ending) : common(sorted, ending)
      if let glob, let parsed = try? Glob(glob), sorted.allSatisfy({ parsed.matches($0) }) {
        globs.insert(glob)
      } else {
        globs.formUnion(sorted.prefix(maximumNames).map(escaped))
        if sorted.count > maximumNames { globs.insert(ending.isEmpty ? "*" : "*" + escaped(ending)) }
      }
    }
    return globs.isEmpty ? ["*"] : globs.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// From the last dot on, unless that is in front.
  private static func ending(of name: [UInt8]) -> [UInt8] {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return [] }
    return Array(name[dot...])
  }

  /// A name of which every number of three digits and more is left open: dates and counters.
  private static func withoutNumbers(_ name: [UInt8], _ ending: [UInt8]) -> String? {
    let stem = name.dropLast(ending.count)
    var glob = ""
    var index = stem.startIndex
    while index < stem.endIndex {
      let digits = stem[index...].prefix { isDigit($0) }
      if digits.count >= 3 {
        if !glob.hasSuffix("*") || glob.hasSuffix("\\*") { glob += "*" }
        index = digits.endIndex
      } else if digits.isEmpty {
        let text = stem[index...].prefix { !isDigit($0) }
        glob += escaped(Array(text))
        index = text.endIndex
      } else {
        glob += escaped(Array(digits))
        index = digits.endIndex
      }
    }
    return glob + escaped(ending)
  }

  /// What all names begin and end with, cut where words begin; nil where that is nothing but the ending, or not even one.
  private static func common(_ names: [[UInt8]], _ ending: [UInt8]) -> String? {
    guard let first = names.first, let last = names.last else { return nil }
    // Of sorted names the first and the last have the shortest beginning in common.
    var prefix = zip(first, last).prefix { $0 == $1 }.map(\.0)
    prefix = Array(prefix.prefix(names.map { $0.count - ending.count }.min() ?? 0))
    while let byte = prefix.last, isPartOfWord(byte) { prefix.removeLast() }
    if prefix.isEmpty, names.count <= maximumNames || ending.isEmpty { return nil }
    return escaped(prefix) + "*" + escaped(ending)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Letters, digits, and everything beyond ASCII: a character must not be cut.
  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
  }

  /// Bytes that match themselves; what is no UTF-8 is any byte.
  static func escaped(_ bytes: [UInt8]) -> String {
    var result = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      var decoder = UTF8()
      var iterator = rest.makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) {
        if "*?[]\\".unicodeScalars.contains(scalar) { result += "\\" }
        result.unicodeScalars.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        result += "?"
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
