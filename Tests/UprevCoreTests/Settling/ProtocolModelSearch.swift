/// Walks every state that a protocol and another program can reach, the nearest first, so that the first fault has the
/// shortest trace.
final class ModelSearch<Replacement: ReplacementProtocol> {
  struct Found: CustomStringConvertible {
    var fault: ModelFault
    /// One line a step.
    var trace: [String]

    var description: String { ([fault.rawValue] + trace).joined(separator: "\n  ") }
  }

  let options: ModelOptions
  private let process: ModelProcess<Replacement>
  private let checks: ModelChecks
  private var states: [ModelState] = []
  private var parents: [UInt32] = []
  private var events: [ModelEvent] = []
  /// Open addressing: 0 is empty, otherwise the number of a state plus 1.
  private var table: [UInt32]
  private(set) var transitions = 0
  private(set) var ends = 0
  private(set) var excused = 0
  private(set) var found: Found?

  var stateCount: Int { states.count }
  var machineCount: Int { process.machines.count }

  init(_ options: ModelOptions) {
    self.options = options
    process = ModelProcess(options: options)
    checks = ModelChecks(options: options)
    table = [UInt32](repeating: 0, count: 1 << 16)
  }

  func run() {
    var start = ModelState()
    start.actionsLeft = options.actions
    start.killsLeft = options.kills
    start.attemptsLeft = options.attempts
    add(.start, start, parent: 0)
    var number = 0
    while number < states.count, found == nil {
      let state = states[number]
      let parent = UInt32(number)
      state.forEachActorStep { add($0, $1, parent: parent) }
      process.forEachStep(state) { add($0, $1, parent: parent) }
      if let killed = process.killed(state) { add(.isKilled, killed, parent: parent) }
      number += 1
    }
  }

  private func add(_ event: ModelEvent, _ state: ModelState, parent: UInt32) {
    transitions += 1
    if found != nil { return }
    let words = Self.words(of: state)
    var place = Int(truncatingIfNeeded: Self.hash(words)) & (table.count - 1)
    while table[place] != 0 {
      if Self.words(of: states[Int(table[place]) - 1]) == words { return }
      place = (place + 1) & (table.count - 1)
    }
    states.append(state)
    parents.append(parent)
    events.append(event)
    table[place] = UInt32(states.count)
    if states.count * 2 > table.count { grow() }
    if state.process == .done, state.actor == .idle { ends += 1 }
    if state.isExcused == 1 { excused += 1 }
    if let fault = checks.fault(of: state) { found = Found(fault: fault, trace: trace()) }
  }

  private func grow() {
    table = [UInt32](repeating: 0, count: table.count * 2)
    for number in states.indices {
      var place = Int(truncatingIfNeeded: Self.hash(Self.words(of: states[number]))) & (table.count - 1)
      while table[place] != 0 { place = (place + 1) & (table.count - 1) }
      table[place] = UInt32(number + 1)
    }
  }

  private typealias Words = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  private static func words(of state: ModelState) -> Words {
    precondition(MemoryLayout<ModelState>.size == MemoryLayout<Words>.size)
    return unsafeBitCast(state, to: Words.self)
  }

  private static func hash(_ words: Words) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    mix(&hash, words.0)
    mix(&hash, words.1)
    mix(&hash, words.2)
    mix(&hash, words.3)
    mix(&hash, words.4)
    mix(&hash, words.5)
    return hash ^ hash >> 29
  }

  private static func mix(_ hash: inout UInt64, _ word: UInt64) {
    hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 32
  }

  /// From the start to the state that was added last.
  private func trace() -> [String] {
    var lines: [String] = []
    var number = states.count - 1
    while true {
      lines.append("\(events[number]): \(states[number].summary)")
      if number == 0 { break }
      number = Int(parents[number])
    }
    return lines.reversed()
  }
}

extension ModelState {
  /// For a trace: what the names lead to, as `name=inode:content`.
  var summary: String {
    let names: [(String, UInt8)] = [
      ("name", document), ("slot", slot), ("moved", moved), ("draft", draft), ("kept", kept1), ("kept", kept2),
      ("kept", kept3), ("kept", kept4),
    ]
    let shown = names.filter { $0.1 != 0 }.map { "\($0.0)=\($0.1):\(self[$0.1].summary)" }
    let wanted =
      switch needed {
      case Self.absent: "nothing"
      case Self.inFlux: "(being written)"
      default: ModelContent(code: needed).summary
      }
    return shown.joined(separator: " ") + ", last left there: \(wanted)"
  }
}

extension ModelContent {
  var summary: String {
    (isTorn ? "torn" : isMigrated ? "new(\(version))" : "text\(version)") + (code & 32 != 0 ? "+mode" : "")
  }
}
