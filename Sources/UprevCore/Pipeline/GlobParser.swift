/// Why a glob is refused, and where.
public struct GlobError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable, CaseIterable {
    /// There is nothing to match.
    case empty
    /// `!` in front would negate.
    case negated
    /// A `/` at the end would match a folder.
    case folder
    /// `a//b`
    case emptyComponent
    /// `.` or `..` as a component.
    case dots
    /// `[` without its `]`, or a `/` before it.
    case unclosedSet
    /// `[z-a]`
    case reversedRange
    /// `[[:alpha:]]`, `[[=a=]]`, `[[.a.]]`
    case namedSet
    /// `\` with nothing behind it.
    case unfinishedEscape
    /// `\/`
    case escapedSlash
  }

  /// The pattern as it was written.
  public var pattern: String
  /// What is wrong.
  public var problem: Problem
  /// In bytes of the pattern, from 0.
  public var offset: Int
}

/// Reads a pattern, component by component.
struct GlobParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func parse() throws(GlobError) -> (isAnchored: Bool, components: [GlobComponent]) {
    guard let first = bytes.first else { throw error(.empty, at: 0) }
    if first == UInt8(ascii: "!") { throw error(.negated, at: 0) }
    var isAnchored = first == GlobByte.slash
    if isAnchored { position = 1 }
    var components: [GlobComponent] = []
    while true {
      let start = position
      let tokens = try parseComponent()
      if tokens.isEmpty {
        let atEnd = position == bytes.count
        throw error(atEnd ? (components.isEmpty ? .empty : .folder) : .emptyComponent, at: start)
      }
      if tokens == [.byte(GlobByte.dot)] || tokens == [.byte(GlobByte.dot), .byte(GlobByte.dot)] {
        throw error(.dots, at: start)
      }
      let isAnyDepth = tokens.allSatisfy { $0 == .star } && position - start > 1
      let isLast = position == bytes.count
      if isAnyDepth, components.last != .anyDepth { components.append(.anyDepth) }
      if !isAnyDepth || isLast { components.append(GlobComponent(isAnyDepth ? [.star] : tokens)) }
      if isLast { break }
      isAnchored = true
      position += 1
    }
    // `**` alone has no slash: any last component.
    if !isAnchored { components.removeAll { $0 == .anyDepth } }
    return (isAnchored, components)
  }

  /// Up to the next `/` or the end. Runs of stars become one.
  private mutating func parseComponent() throws(GlobError) -> [GlobToken] {
    var tokens: [GlobToken] = []
    while position < bytes.count, bytes[position] != GlobByte.slash {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "*"):
        if tokens.last != .star { tokens.append(.star) }
        position += 1
      case UInt8(ascii: "?"):
        tokens.append(.anyByte)
        position += 1
      case UInt8(ascii: "["):
        tokens.append(.set(try parseSet()))
      case UInt8(ascii: "\\"):
        tokens.append(.byte(try parseEscape()))
      default:
        tokens.append(.byte(byte))
        position += 1
      }
    }
    return tokens
  }

  /// At a `\`; goes behind the byte it protects.
  private mutating func parseEscape() throws(GlobError) -> UInt8 {
    guard position + 1 < bytes.count else { throw error(.unfinishedEscape, at: position) }
    let byte = bytes[position + 1]
    if byte == GlobByte.slash { throw error(.escapedSlash, at: position) }
    position += 2
    return byte
  }

  /// At a `[`; goes behind its `]`.
  private mutating func parseSet() throws(GlobError) -> ByteSet {
    let start = position
    position += 1
    var isNegated = false
    if position < bytes.count, bytes[position] == UInt8(ascii: "!") || bytes[position] == UInt8(ascii: "^") {
      isNegated = true
      position += 1
    }
    var set = ByteSet()
    var isFirst = true
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "]"), !isFirst {
        position += 1
        return isNegated ? set.complement : set
      }
      isFirst = false
      let memberStart = position
      let lower = try parseMember(of: start)
      guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "-"), bytes[position + 1] != UInt8(ascii: "]")
      else {
        set.insert(lower)
        continue
      }
      position += 1
      let upper = try parseMember(of: start)
      if upper < lower { throw error(.reversedRange, at: memberStart) }
      for byte in lower...upper { set.insert(byte) }
    }
    throw error(.unclosedSet, at: start)
  }

  private mutating func parseMember(of setStart: Int) throws(GlobError) -> UInt8 {
    let byte = bytes[position]
    switch byte {
    case GlobByte.slash: throw error(.unclosedSet, at: setStart)
    case UInt8(ascii: "\\"): return try parseEscape()
    case UInt8(ascii: "["):
      if position + 1 < bytes.count, [UInt8(ascii: ":"), GlobByte.dot, UInt8(ascii: "=")].contains(bytes[position + 1])
      {
        throw error(.namedSet, at: position)
      }
    default: break
    }
    position += 1
    return byte
  }

  private func error(_ problem: GlobError.Problem, at offset: Int) -> GlobError {
    GlobError(pattern: String(decoding: bytes, as: UTF8.self), problem: problem, offset: offset)
  }
}
