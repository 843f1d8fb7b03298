import Foundation
import Testing

/// Every interleaving of one document's replacement with another program, by enumeration.
///
/// `make prove` sets `UPREV_FULL` and runs it with four actions of the other program, optimized.
@Suite("The protocol of replacing a document, enumerated")
struct ProtocolModelTests {
  static let isFull = ProcessInfo.processInfo.environment["UPREV_FULL"] == "1"

  static let realCases: [(String, ModelOptions)] = [
    ("plain", ModelOptions(actions: isFull ? 4 : 3, kills: 2)),
    ("trying again what changed", ModelOptions(actions: isFull ? 4 : 3, kills: isFull ? 2 : 1, attempts: 1)),
    ("all or nothing", allOrNothing(ModelOptions(actions: isFull ? 4 : 3, kills: isFull ? 2 : 1))),
    ("more actions, no kill", ModelOptions(actions: isFull ? 5 : 4, kills: 0)),
  ]

  @Test(
    "Nothing is lost, resurrected or torn, whatever another program does and wherever the run is killed",
    arguments: realCases)
  func realProtocol(title: String, options: ModelOptions) {
    let search = ModelSearch<RealReplacement>(options)
    let began = ContinuousClock.now
    search.run()
    print(
      "model, \(title): \(options.actions) actions, \(options.kills) kills: \(search.stateCount) states, "
        + "\(search.transitions) transitions, \(search.ends) ends, \(search.excused) with a late opening, "
        + "\(search.machineCount) states of the settlement; \(ContinuousClock.now - began)")
    #expect(search.found == nil, "\(search.found?.description ?? "")")
    // A model that does not move proves nothing.
    #expect(search.stateCount > (Self.isFull ? 1_000_000 : 100_000))
    #expect(search.ends > 100)
  }

  @Test("A protocol that swaps back once is caught")
  func singleSwapBack() throws {
    try expectFault([.lost], of: SingleSwapBack.self, ModelOptions(actions: 2, kills: 0))
  }

  @Test("A protocol that compares inode numbers instead of bytes is caught")
  func numbers() throws {
    try expectFault([.lost], of: Nearsighted<NumbersOnly>.self, ModelOptions(actions: 2, kills: 0))
  }

  @Test("A protocol that compares size and time instead of bytes is caught")
  func sizeAndTime() throws {
    try expectFault([.lost], of: Nearsighted<SizeAndTimeOnly>.self, ModelOptions(actions: 1, kills: 0))
  }

  @Test("A protocol that compares bytes and not attributes is caught")
  func bytesWithoutAttributes() throws {
    try expectFault([.lost], of: Nearsighted<BytesOnly>.self, ModelOptions(actions: 1, kills: 0))
  }

  @Test("A recovery that always puts the slot's file in is caught")
  func recoveryPutsIn() throws {
    try expectFault([.resurrected, .lost], of: BlindRecovery<AlwaysPutIn>.self, ModelOptions(actions: 1, kills: 1))
  }

  @Test("A recovery that always unlinks the slot's file is caught")
  func recoveryUnlinks() throws {
    try expectFault([.lost], of: BlindRecovery<AlwaysUnlink>.self, ModelOptions(actions: 1, kills: 1))
  }

  @Test("The real protocol without one of its parts is caught", arguments: weakenings)
  func weakened(title: String, faults: [ModelFault], options: ModelOptions) throws {
    try expectFault(faults, of: RealReplacement.self, options)
  }

  static let weakenings: [(String, [ModelFault], ModelOptions)] = [
    ("no lease", [.lost], weakened(actions: 1, kills: 0) { $0.takesLeases = false }),
    ("no second look", [.lost], weakened(actions: 1, kills: 0) { $0.looksTwice = false }),
    ("a rename over the document", [.resurrected, .lost], weakened(actions: 1, kills: 0) { $0.exchanges = false }),
    ("returns not written down", [.misplaced], weakened(actions: 2, kills: 1) { $0.recordsReturns = false }),
    // The window of every such protocol: nothing that looks before it unlinks can see who opens the file after.
    ("late openings not forgiven", [.lost], weakened(actions: 1, kills: 0) { $0.forgivesLateOpenings = false }),
    (
      "the lease given up before the file goes back", [.misplaced],
      weakened(actions: 3, kills: 1) { $0.keepsLeaseWhileGivingBack = false }
    ),
  ]

  @Test("What was given back must be held open, or its number is used again", .enabled(if: isFull))
  func returnsClosed() throws {
    try expectFault(
      [.misplaced], of: RealReplacement.self, Self.weakened(actions: 4, kills: 0) { $0.keepsReturnsOpen = false })
  }

  private func expectFault<Replacement: ReplacementProtocol>(
    _ faults: [ModelFault], of protocol: Replacement.Type, _ options: ModelOptions
  ) throws {
    let search = ModelSearch<Replacement>(options)
    search.run()
    let found = try #require(search.found, "\(search.stateCount) states without a fault")
    #expect(faults.contains(found.fault), "\(found.description)")
  }

  private static func weakened(
    actions: UInt8, kills: UInt8, _ change: (inout ModelOptions) -> Void
  ) -> ModelOptions {
    var options = ModelOptions(actions: actions, kills: kills)
    change(&options)
    return options
  }

  private static func allOrNothing(_ options: ModelOptions) -> ModelOptions {
    var options = options
    options.isAllOrNothing = true
    return options
  }
}
