/// A pattern over paths inside a target: bytes, case-sensitive, as gitignore(5) reads them where it applies.
///
/// - `*` matches any bytes of one component, leading dots too; `?` one byte; `[a-z]` one byte of a set, `[!…]` and `[^…]`
///   one outside it, a `]` in front being a member; `\` takes the next byte as it is.
/// - A component of two or more stars matches any number of components, none included; at the end of a pattern at least
///   one. Beside other bytes (`a**b`) stars are one star.
/// - A pattern without `/` is matched with the last component, at any depth. One with a `/`, in front or inside, is
///   anchored: it is matched with the whole path from the target on, as gitignore does.
///
/// A pattern matches documents only, never a folder and with it what is inside: that is `folder/**`.
public struct Glob: Sendable, Hashable {
  /// The pattern as it was written.
  public let pattern: String
  let isAnchored: Bool
  let components: [GlobComponent]

  /// - Parameter pattern: at least one byte; see ``GlobError/Problem`` for what is refused.
  /// - Throws: ``GlobError`` with the byte at which the pattern goes wrong.
  public init(_ pattern: String) throws(GlobError) {
    var parser = GlobParser(Array(pattern.utf8))
    let parsed = try parser.parse()
    self.pattern = pattern
    self.isAnchored = parsed.isAnchored
    self.components = parsed.components
  }

  /// Whether the pattern matches. Nothing is allocated; time is at most the product of both lengths.
  ///
  /// - Parameter path: relative to the target. Absolute paths, empty paths, paths that end in `/` and paths with a `..`
  ///   component match nothing.
  public func matches(_ path: [UInt8]) -> Bool {
    path.withUnsafeBufferPointer { bytes in
      guard let first = bytes.first, let last = bytes.last, first != GlobByte.slash, last != GlobByte.slash else {
        return false
      }
      let matched = isAnchored ? matchesWhole(bytes) : matchesLastComponent(bytes)
      // Asked last: hardly any path gets here, and hardly any of those has such a component.
      return matched && !Self.hasParentComponent(bytes)
    }
  }

  private func matchesLastComponent(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = path.count
    while start > 0, path[start - 1] != GlobByte.slash { start -= 1 }
    return components.withUnsafeBufferPointer { $0.count == 1 && $0[0].matches(path[start...]) }
  }

  /// Greedy, remembering only the last `**`: a match found later for an earlier one cannot leave more to choose from.
  private func matchesWhole(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    components.withUnsafeBufferPointer { components in
      var index = 0
      var start = 0
      var retryIndex: Int?
      var retryStart = 0
      while start <= path.count {
        if index < components.count, components[index] == .anyDepth {
          index += 1
          retryIndex = index
          retryStart = start
          continue
        }
        let end = Self.componentEnd(path, from: start)
        if index < components.count, components[index].matches(path[start..<end]) {
          index += 1
          start = end + 1
          continue
        }
        guard let retry = retryIndex else { return false }
        retryStart = Self.componentEnd(path, from: retryStart) + 1
        index = retry
        start = retryStart
      }
      return index == components.count
    }
  }

  private static func componentEnd(_ path: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var end = start
    while end < path.count, path[end] != GlobByte.slash { end += 1 }
    return end
  }

  private static func hasParentComponent(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while start < path.count {
      let end = componentEnd(path, from: start)
      if end - start == 2, path[start] == GlobByte.dot, path[start + 1] == GlobByte.dot { return true }
      start = end + 1
    }
    return false
  }
}

/// One component of a pattern, in the cheapest form that says it.
enum GlobComponent: Sendable, Hashable {
  /// `**`
  case anyDepth
  case literal([UInt8])
  /// One star, literals around it.
  case affixes(prefix: [UInt8], suffix: [UInt8])
  case general([GlobToken])

  init(_ tokens: [GlobToken]) {
    var literals: [[UInt8]] = [[]]
    for token in tokens {
      switch token {
      case .byte(let byte): literals[literals.count - 1].append(byte)
      case .star: literals.append([])
      case .anyByte, .set:
        self = .general(tokens)
        return
      }
    }
    switch literals.count {
    case 1: self = .literal(literals[0])
    case 2: self = .affixes(prefix: literals[0], suffix: literals[1])
    default: self = .general(tokens)
    }
  }

  func matches(_ component: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let bytes = UnsafeBufferPointer(rebasing: component)
    switch self {
    case .anyDepth: return false
    case .literal(let literal): return bytes.count == literal.count && Self.equal(bytes, 0, literal)
    case .affixes(let prefix, let suffix):
      let shortest = prefix.count + suffix.count
      return bytes.count >= shortest && Self.equal(bytes, 0, prefix)
        && Self.equal(bytes, bytes.count - suffix.count, suffix)
    case .general(let tokens): return tokens.withUnsafeBufferPointer { Self.match($0, bytes) }
    }
  }

  private static func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ literal: [UInt8]) -> Bool {
    literal.withUnsafeBufferPointer { literal in
      var index = 0
      while index < literal.count {
        if bytes[start + index] != literal[index] { return false }
        index += 1
      }
      return true
    }
  }

  /// Greedy with one remembered star, so at most tokens × bytes steps.
  private static func match(_ tokens: UnsafeBufferPointer<GlobToken>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var token = 0
    var byte = 0
    var retryToken: Int?
    var retryByte = 0
    while byte < bytes.count {
      if token < tokens.count {
        if case .star = tokens[token] {
          token += 1
          retryToken = token
          retryByte = byte
          continue
        }
        if tokens[token].matches(bytes[byte]) {
          token += 1
          byte += 1
          continue
        }
      }
      guard let retry = retryToken else { return false }
      retryByte += 1
      token = retry
      byte = retryByte
    }
    while token < tokens.count, case .star = tokens[token] { token += 1 }
    return token == tokens.count
  }
}

/// One element of a component.
enum GlobToken: Sendable, Hashable {
  case byte(UInt8)
  case anyByte
  case star
  case set(ByteSet)

  func matches(_ byte: UInt8) -> Bool {
    switch self {
    case .byte(let expected): byte == expected
    case .anyByte: true
    case .star: false
    case .set(let set): set.contains(byte)
    }
  }
}

/// A set of bytes, one bit each.
struct ByteSet: Sendable, Hashable {
  private var low = SIMD4<UInt64>.zero

  mutating func insert(_ byte: UInt8) {
    low[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
  }

  func contains(_ byte: UInt8) -> Bool {
    low[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0
  }

  var complement: ByteSet {
    var result = self
    result.low = ~low
    return result
  }
}

enum GlobByte {
  static let slash = UInt8(ascii: "/")
  static let dot = UInt8(ascii: ".")
}
