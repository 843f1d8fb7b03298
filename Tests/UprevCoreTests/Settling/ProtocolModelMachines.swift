@testable import UprevCore

/// Every state of a protocol's machine that the enumeration meets, by number: the machine's own code runs once for each
/// different call.
final class ModelMachines<Replacement: ReplacementProtocol> {
  private var machines: [Replacement] = []
  private var numbers: [Replacement: UInt16] = [:]
  private var steps: [Settlement.Step] = []
  private var results: [UInt64: UInt16] = [:]
  private var returns: [[UInt16]] = [[]]
  private var returnNumbers: [[UInt16]: UInt32] = [[]: 0]
  private var recoveries: [RecoveryKey: RecoveryAnswer] = [:]

  private struct RecoveryKey: Hashable {
    var original: UInt16
    var temporary: UInt16
    var returned: UInt32
    var slot: UInt16
    var name: UInt16
    var rollsBack: Bool
  }

  /// What a recovery decided; `resume` names a machine.
  enum RecoveryAnswer {
    case settled, removeTemporary, keep, oneFile, putSlotIn
    case resume(UInt16)
  }

  enum Call {
    case exchanged, nameIsAbsent, waitedLonger, waitedEnough, examineAgain
    case saw(ModelSighting)

    var code: UInt64 {
      switch self {
      case .exchanged: 1
      case .nameIsAbsent: 2
      case .waitedLonger: 3
      case .waitedEnough: 4
      case .examineAgain: 5
      case .saw(let sighting): UInt64(sighting.code) << 3 | 6
      }
    }
  }

  func start(original: ModelSighting, temporary: ModelSighting) -> UInt16 {
    let key = UInt64(original.code) << 32 | UInt64(temporary.code) << 16 | 1 << 63
    if let known = results[key] { return known }
    let number = intern(Replacement(original: original.sighting, temporary: temporary.sighting))
    results[key] = number
    return number
  }

  func step(_ machine: UInt16) -> Settlement.Step { steps[Int(machine)] }

  func after(_ call: Call, _ machine: UInt16) -> UInt16 {
    let key = UInt64(machine) << 32 | call.code
    if let known = results[key] { return known }
    var next = machines[Int(machine)]
    switch call {
    case .exchanged: next.exchanged()
    case .nameIsAbsent: next.nameIsAbsent()
    case .waitedLonger: next.waited(timeIsUp: false)
    case .waitedEnough: next.waited(timeIsUp: true)
    case .examineAgain: next.examineAgain()
    case .saw(let sighting): next.saw(sighting.sighting)
    }
    let number = intern(next)
    results[key] = number
    return number
  }

  /// The list of returns with one more.
  func appending(_ sighting: Sighting, to list: UInt32) -> UInt32 {
    let next = returns[Int(list)] + [ModelSighting(sighting).code]
    if let known = returnNumbers[next] { return known }
    let number = UInt32(returns.count)
    returns.append(next)
    returnNumbers[next] = number
    return number
  }

  func recover(_ state: ModelState, name: ModelSighting, rollsBack: Bool) -> RecoveryAnswer {
    let key = RecoveryKey(
      original: ModelSighting(inode: state.originalFile, content: ModelContent(code: state.original)).code,
      temporary: ModelSighting(inode: state.temporaryFile, content: ModelContent(code: state.temporary)).code,
      returned: state.returned, slot: state.seenSlot, name: name.code, rollsBack: rollsBack)
    if let known = recoveries[key] { return known }
    let recovery = Replacement.recover(
      original: ModelSighting(code: key.original).sighting, temporary: ModelSighting(code: key.temporary).sighting,
      returned: returns[Int(state.returned)].map { ModelSighting(code: $0).sighting },
      slot: ModelSighting(code: key.slot).sighting,
      name: name.code == 0 ? nil : name.sighting, rollsBack: rollsBack)
    let answer: RecoveryAnswer =
      switch recovery {
      case .settled: .settled
      case .removeTemporary: .removeTemporary
      case .keep: .keep
      case .oneFile: .oneFile
      case .putSlotIn: .putSlotIn
      case .resume(let machine): .resume(intern(machine))
      }
    recoveries[key] = answer
    return answer
  }

  var count: Int { machines.count }

  private func intern(_ machine: Replacement) -> UInt16 {
    if let known = numbers[machine] { return known }
    let number = UInt16(machines.count)
    numbers[machine] = number
    machines.append(machine)
    steps.append(machine.step)
    return number
  }
}
