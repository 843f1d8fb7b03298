import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite struct StagingRecoveryTests {
  private typealias Content = InterruptedTree.Content
  private typealias State = InterruptedTree.State

  private static let document = InterruptedTree.document
  private static let kept = "\(document).uprev-kept-\(InterruptedTree.runID)-1"

  /// What recovery makes of a state: the text at the name, and the text that is kept beside it.
  private static let table: [(state: State, name: String?, kept: String?)] = [
    // Killed before the exchange.
    (State(slot: .ours, name: .original), "old", nil),
    (State(slot: .ours, name: .absent), nil, nil),
    (State(slot: .ours, name: .foreign), "foreign", nil),
    (State(slot: .ours, name: .originalWritten), "old+", nil),
    // After the exchange.
    (State(slot: .original, name: .ours), "NEW", nil),
    (State(slot: .original, name: .oursWritten), "NEW+", nil),
    (State(slot: .original, name: .foreign), "foreign", nil),
    (State(slot: .original, name: .absent), nil, nil),
    // Another program's save came out, and its name still shows the new text: back.
    (State(slot: .foreign, name: .ours), "foreign", nil),
    (State(slot: .originalWritten, name: .ours), "old+", nil),
    (State(slot: .link, name: .ours), "link", nil),
    // The name has something newer, or nothing: both stay.
    (State(slot: .foreign, name: .foreigner), "foreigner", "foreign"),
    (State(slot: .foreign, name: .oursWritten), "NEW+", "foreign"),
    (State(slot: .foreign, name: .absent), nil, "foreign"),
    (State(slot: .originalWritten, name: .foreign), "foreign", "old+"),
    (State(slot: .originalWritten, name: .absent), nil, "old+"),
    (State(slot: .oursWritten, name: .absent), nil, "NEW+"),
    (State(slot: .link, name: .foreign), "foreign", "link"),
    // Announced and not yet done; announced and done.
    (State(slot: .foreign, name: .ours, returned: [.foreign]), "foreign", nil),
    (State(slot: .originalWritten, name: .ours, returned: [.original]), "old+", nil),
    (State(slot: .ours, name: .foreign, returned: [.foreign]), "foreign", nil),
    (State(slot: .oursWritten, name: .foreign, returned: [.foreign]), "NEW+", "foreign"),
    (State(slot: .foreigner, name: .foreign, returned: [.foreign]), "foreigner", "foreign"),
    (State(slot: .foreigner, name: .foreign, returned: [.foreign, .foreigner]), "foreigner", "foreign"),
    (State(slot: .foreign, name: .foreigner, returned: [.foreign, .foreigner]), "foreigner", "foreign"),
    (State(slot: .foreign, name: .absent, returned: [.foreign]), nil, "foreign"),
    // Settled already.
    (State(slot: .absent, name: .ours), "NEW", nil),
    (State(slot: .absent, name: .absent), nil, nil),
    (State(slot: .absent, name: .foreign), "foreign", nil),
    // All or nothing: back, unless it is committed or superseded.
    (State(slot: .ours, name: .original, isAllOrNothing: true), "old", nil),
    (State(slot: .original, name: .ours, isAllOrNothing: true), "old", nil),
    (State(slot: .original, name: .ours, returned: [.original], isAllOrNothing: true), "old", nil),
    (State(slot: .ours, name: .original, returned: [.original], isAllOrNothing: true), "old", nil),
    (State(slot: .original, name: .foreign, isAllOrNothing: true), "foreign", nil),
    (State(slot: .original, name: .oursWritten, isAllOrNothing: true), "NEW+", nil),
    (State(slot: .original, name: .absent, isAllOrNothing: true), nil, nil),
    (State(slot: .foreign, name: .ours, isAllOrNothing: true), "foreign", nil),
    (State(slot: .original, name: .ours, isAllOrNothing: true, isCommitted: true), "NEW", nil),
    (State(slot: .foreign, name: .ours, isAllOrNothing: true, isCommitted: true), "foreign", nil),
  ]

  @Test("Every state that a killed run can leave is brought to its end, once and for all", arguments: table.indices)
  func states(index: Int) throws {
    let (state, name, kept) = Self.table[index]
    let interrupted = try InterruptedTree(state)
    let warnings = try interrupted.recover()
    var expected: [String: String] = [:]
    expected[Self.document] = name
    expected[Self.kept] = kept
    #expect(try interrupted.files() == expected, "\(state)")
    #expect(!interrupted.tree.exists(InterruptedTree.staging), "\(state)")
    #expect(warnings.map(\.code) == (kept == nil ? [.recovered] : [.fileKept, .recovered]), "\(state)")
    #expect(try interrupted.recover().isEmpty, "\(state)")
    #expect(try interrupted.files() == expected, "\(state)")
  }

  @Test("Where slot and name are one file, nothing is touched", arguments: [false, true])
  func oneFile(isAllOrNothing: Bool) throws {
    for content in [Content.ours, .original, .foreign] {
      let interrupted = try InterruptedTree(State(slot: content, name: content, isAllOrNothing: isAllOrNothing))
      let before = try interrupted.files()
      for _ in 0..<2 {
        #expect(try interrupted.recover().map(\.code) == [.notRecovered])
        #expect(try interrupted.files() == before)
      }
    }
  }

  @Test("A recovery that is stopped at any call is done by the next, and nothing is lost", arguments: table.indices)
  func stoppedAnywhere(index: Int) throws {
    let (state, name, kept) = Self.table[index]
    var call = 1
    while true {
      let interrupted = try InterruptedTree(state)
      let faulty = FaultyFileSystem(
        faults: [.init(nil, occurrence: call, number: EIO, isPermanent: true)], flushes: false)
      try interrupted.recover(faulty)
      // Again stopped, at another place.
      try interrupted.recover(
        FaultyFileSystem(faults: [.init(nil, occurrence: 1 + call / 2, number: EIO, isPermanent: true)], flushes: false)
      )
      try interrupted.recover(FaultyFileSystem(flushes: false))
      let files = try interrupted.files()
      #expect(files[Self.document] == name, "\(state), call \(call)")
      #expect(files[Self.kept] == kept, "\(state), call \(call)")
      #expect(files.count == (name == nil ? 0 : 1) + (kept == nil ? 0 : 1), "\(state), call \(call): \(files)")
      if faulty.record.failures.isEmpty { break }
      call += 1
    }
    #expect(call > 20)
  }

  @Test("One call that fails makes recovery say so, and the next one does it")
  func oneFault() throws {
    for (state, text) in [
      (State(slot: .foreign, name: .ours), "foreign"), (State(slot: .original, name: .ours), "NEW"),
      (State(slot: .original, name: .ours, isAllOrNothing: true), "old"),
      (State(slot: .original, name: .ours, isAllOrNothing: true, isCommitted: true), "NEW"),
    ] {
      let counting = FaultyFileSystem(flushes: false)
      try InterruptedTree(state).recover(counting)
      let calls = counting.record.byCall
      #expect(FaultTable.unknown(calls).isEmpty)
      let cases = FaultTable.cases(calls, share: 4)
      print(FaultTable.summary("recovery of \(state)", calls, cases))
      for fault in cases {
        let interrupted = try InterruptedTree(state)
        let faulty = FaultyFileSystem(faults: [fault.fault], flushes: false)
        let warnings = try interrupted.recover(faulty)
        #expect(faulty.record.failures == [fault.call], "\(state), \(fault)")
        let isDone = !interrupted.tree.exists(InterruptedTree.staging)
        #expect(
          isDone || fault.saysGone || warnings.contains { $0.code == .notRecovered }, "\(state), \(fault)")
        try interrupted.recover(FaultyFileSystem(flushes: false))
        #expect(!interrupted.tree.exists(InterruptedTree.staging), "\(state), \(fault)")
        let files = try interrupted.files()
        if text == "foreign" {
          // What could not be looked at may have been kept beside the new text rather than given back.
          #expect(files.values.contains(text), "\(state), \(fault)")
        } else if fault.saysGone {
          // What is said to be gone is believed; the text in place is whole all the same.
          #expect(["old", "NEW"].contains(files[Self.document] ?? ""), "\(state), \(fault)")
        } else {
          #expect(files == [Self.document: text], "\(state), \(fault)")
        }
      }
    }
  }

  @Test("What is written to the slot after it was settled goes back to its name", arguments: [1, 2])
  func writtenLate(flush: Int) throws {
    let interrupted = try InterruptedTree(State(slot: .original, name: .ours))
    let slot = interrupted.tree.path(InterruptedTree.slot)
    let writing = FaultyFileSystem(
      flushes: false,
      before: { call, occurrence, _ in
        guard call == "fsync", occurrence == flush else { return nil }
        let descriptor = open(slot, O_WRONLY | O_APPEND)
        guard descriptor >= 0, write(descriptor, "+", 1) == 1 else { return EIO }
        close(descriptor)
        return nil
      })
    #expect(try interrupted.recover(writing).map(\.code) == [.recovered])
    #expect(try interrupted.files() == [Self.document: "old+"])
  }

  @Test("Nothing is unlinked before the folders are flushed, and nothing at all where that fails")
  func flushesFirst() throws {
    for state in [
      State(slot: .original, name: .ours), State(slot: .foreign, name: .ours),
      State(slot: .original, name: .ours, isAllOrNothing: true),
    ] {
      let calls = CallList()
      try InterruptedTree(state).recover(
        FaultyFileSystem(flushes: false, before: { call, _, _ in calls.add(call) }))
      let unlinks = calls.names.indices.filter { calls.names[$0] == "unlinkat" }
      let first = try #require(unlinks.first)
      let exchange = calls.names.lastIndex(of: "renameat2") ?? 0
      // The document's folder and the staging folder.
      #expect(calls.names[exchange..<first].count { $0 == "fsync" } == 2, "\(state)")
      // What says how to go on is removed only when the slots are durably empty.
      #expect(unlinks.count > 1 && calls.names[unlinks[0]..<unlinks[1]].contains("fsync"), "\(state)")

      let interrupted = try InterruptedTree(state)
      let returned = exchange > 0 ? 2 : 0
      let faulty = FaultyFileSystem(
        faults: [.init("fsync", occurrence: returned + 1, number: EIO)], flushes: false)
      #expect(try interrupted.recover(faulty).map(\.code) == [.notRecovered], "\(state)")
      #expect(faulty.record.count("unlinkat") == 0, "\(state)")
      #expect(interrupted.tree.exists(InterruptedTree.slot), "\(state)")
    }
  }
}

/// The names of system calls, in order.
// @unchecked: guarded by `lock`.
private final class CallList: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [String] = []

  var names: [String] { lock.withLock { list } }

  func add(_ call: String) -> Int32? {
    lock.withLock { list.append(call) }
    return nil
  }
}
