/// Whether some path matches two globs.
public enum GlobOverlap: Hashable, Sendable {
  /// No path does.
  case none
  /// This one does; a shortest one.
  case path([UInt8])
  /// It was not found out: the patterns are too large.
  case undetermined
}

extension Glob {
  /// Bytes of a pattern, as many as a path of the system may have.
  static let maximumOverlapLength = 4096

  /// Looks for a path that both match: a walk through the product of the two patterns and of what a path may look like,
  /// breadth first.
  ///
  /// - Parameter limit: pairs of places that are looked at.
  /// - Returns: a path without empty, `.` and `..` components and without zero bytes, where there is one.
  public func overlap(with other: Glob, limit: Int = 200_000) -> GlobOverlap {
    var visits = limit
    return overlap(with: other, budget: &visits)
  }

  /// The same within a budget for several pairs, which is lowered by what this one takes.
  func overlap(with other: Glob, budget: inout Int) -> GlobOverlap {
    guard budget > 0, max(pattern.utf8.count, other.pattern.utf8.count) <= Self.maximumOverlapLength else {
      return .undetermined
    }
    return GlobProduct(GlobAutomaton(self), GlobAutomaton(other)).search(budget: &budget)
  }
}

/// A pattern as an automaton over the bytes of a path.
///
/// Its states are places in a list of elements: 2 × n is in front of element n, 2 × n + 1 inside a component that the `**` at n
/// passes over.
private struct GlobAutomaton {
  private enum Element {
    case token(GlobToken)
    case slash
    /// Any number of components, each with its slash.
    case depth
  }

  private var elements: [Element] = []

  init(_ glob: Glob) {
    // A pattern without a slash matches the last component, at any depth.
    if !glob.isAnchored { elements.append(.depth) }
    for (index, component) in glob.components.enumerated() {
      switch component {
      case .anyDepth:
        elements.append(.depth)
        continue
      case .literal(let literal): elements += literal.map { .token(.byte($0)) }
      case .affixes(let prefix, let suffix):
        elements += prefix.map { .token(.byte($0)) } + [.token(.star)] + suffix.map { .token(.byte($0)) }
      case .general(let tokens): elements += tokens.map { .token($0) }
      }
      if index + 1 < glob.components.count { elements.append(.slash) }
    }
  }

  var tokens: [GlobToken] {
    elements.compactMap { element in
      if case .token(let token) = element { return token }
      return nil
    }
  }

  func isFinal(_ state: Int) -> Bool { state == 2 * elements.count }

  /// The states that need no byte to be reached.
  func freeSuccessor(of state: Int) -> Int? {
    guard state % 2 == 0, state / 2 < elements.count else { return nil }
    switch elements[state / 2] {
    case .depth, .token(.star): return state + 2
    case .token, .slash: return nil
    }
  }

  /// The state behind a byte; nil where the byte does not match there.
  func successor(of state: Int, _ byte: UInt8) -> Int? {
    guard state / 2 < elements.count else { return nil }
    let isSlash = byte == GlobByte.slash
    if state % 2 == 1 { return isSlash ? state - 1 : state }
    switch elements[state / 2] {
    case .depth: return isSlash ? nil : state + 1
    case .slash: return isSlash ? state + 2 : nil
    case .token(.star): return isSlash ? nil : state
    case .token(let token): return !isSlash && token.matches(byte) ? state + 2 : nil
    }
  }
}

/// Two patterns at once, and what a component may be.
private struct GlobProduct {
  /// What the path's last component is so far.
  private enum Shape: UInt8 {
    case empty
    case dot
    case dots
    case name

    func appending(_ byte: UInt8) -> Shape? {
      if byte == GlobByte.slash { return self == .name ? .empty : nil }
      guard byte == GlobByte.dot else { return .name }
      switch self {
      case .empty: return .dot
      case .dot: return .dots
      case .dots, .name: return .name
      }
    }
  }

  private struct State: Hashable {
    var left: Int
    var right: Int
    var shape: Shape
  }

  private struct Visit {
    var state: State
    /// Of the visit it was reached from; -1 at the start.
    var origin: Int
    /// Nil where no byte was needed.
    var byte: UInt8?
  }

  private let left: GlobAutomaton
  private let right: GlobAutomaton
  private let alphabet: [UInt8]

  init(_ left: GlobAutomaton, _ right: GlobAutomaton) {
    self.left = left
    self.right = right
    alphabet = Self.alphabet(Set(left.tokens).union(right.tokens))
  }

  /// One byte of each class that no token tells apart, the most readable one; letters first.
  private static func alphabet(_ tokens: Set<GlobToken>) -> [UInt8] {
    let sets = tokens.filter { if case .set = $0 { true } else { false } }
    var seen: Set<[Bool]> = []
    var bytes: [UInt8] = []
    let readable = Array("abcdefghijklmnopqrstuvwxyz0123456789_-ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    for byte in readable + Array(0x21...0x7E) + Array(1...255) where !bytes.contains(byte) {
      let isLiteral = tokens.contains(.byte(byte)) || byte == GlobByte.slash || byte == GlobByte.dot
      if isLiteral || seen.insert(sets.map { $0.matches(byte) }).inserted { bytes.append(byte) }
    }
    return bytes
  }

  /// - Parameter budget: lowered by the places that were looked at.
  func search(budget: inout Int) -> GlobOverlap {
    let start = State(left: 0, right: 0, shape: .empty)
    var visits = [Visit(state: start, origin: -1, byte: nil)]
    defer { budget -= visits.count }
    var seen: Set<State> = [start]
    var next = 0
    // Visits with the same number of bytes are one layer; moves without a byte belong to the layer that they start in.
    var layerStart = 0
    while next < visits.count {
      while next < visits.count {
        let visit = visits[next]
        for state in freeSuccessors(of: visit.state) where seen.insert(state).inserted {
          visits.append(Visit(state: state, origin: next, byte: nil))
        }
        next += 1
      }
      for index in layerStart..<visits.count where isFinal(visits[index].state) {
        return .path(path(to: index, visits))
      }
      let end = visits.count
      for index in layerStart..<end {
        for byte in alphabet {
          guard let state = successor(of: visits[index].state, byte), seen.insert(state).inserted else { continue }
          visits.append(Visit(state: state, origin: index, byte: byte))
        }
        if visits.count > budget { return .undetermined }
      }
      layerStart = end
      next = end
    }
    return .none
  }

  private func isFinal(_ state: State) -> Bool {
    state.shape == .name && left.isFinal(state.left) && right.isFinal(state.right)
  }

  private func freeSuccessors(of state: State) -> [State] {
    var states: [State] = []
    if let left = left.freeSuccessor(of: state.left) {
      states.append(State(left: left, right: state.right, shape: state.shape))
    }
    if let right = right.freeSuccessor(of: state.right) {
      states.append(State(left: state.left, right: right, shape: state.shape))
    }
    return states
  }

  private func successor(of state: State, _ byte: UInt8) -> State? {
    guard let left = left.successor(of: state.left, byte), let right = right.successor(of: state.right, byte),
      let shape = state.shape.appending(byte)
    else { return nil }
    return State(left: left, right: right, shape: shape)
  }

  private func path(to index: Int, _ visits: [Visit]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = index
    while index >= 0 {
      if let byte = visits[index].byte { bytes.append(byte) }
      index = visits[index].origin
    }
    return bytes.reversed()
  }
}
