import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// What another program does to a document while it is replaced, at each moment that matters.
@Suite struct TreeLiveTests {
  /// One document of one folder, and another program that acts before a call of the run.
  private final class Scene: @unchecked Sendable {
    // Used by one thread at a time: the run is told to use no others.
    let tree: TemporaryTree
    /// A descriptor of the other program's.
    var descriptor: Int32 = -1
    private var done: Set<String> = []

    init() throws {
      tree = try TemporaryTree(inMemory: true)
      try tree.write("a.json", "old a", mode: 0o644)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func once(_ name: String, _ body: () throws -> Void) {
      guard done.insert(name).inserted else { return }
      do { try body() } catch { Issue.record("\(name): \(error)") }
    }

    func save(_ text: String) throws {
      try tree.write("a.json.tmp", text, mode: 0o644)
      guard rename(tree.path("a.json.tmp"), tree.path("a.json")) == 0 else { throw POSIXError(.EIO) }
    }

    func openForWriting() { descriptor = open(tree.path("a.json"), O_WRONLY) }

    func writeInPlace(_ text: String) throws {
      guard pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else { throw POSIXError(.EIO) }
    }

    func closeFile() {
      close(descriptor)
      descriptor = -1
    }

    var stray: [String] { (try? tree.listing().filter { $0.contains(".uprev") }) ?? ["?"] }
  }

  /// The exchanges of a document: the first call of `renameat2` tries with files of the run's own.
  private static let firstExchange = 2

  private func run(
    _ scene: Scene, redecides: Bool = true, _ act: @escaping @Sendable (String, Int) -> Void
  ) throws -> TreeRun {
    let fileSystem = FaultyFileSystem(before: { call, occurrence, _ in
      act(call, occurrence)
      return nil
    })
    return try TreeRun(scene.tree.pathName(), fileSystem, sideThreads: 0, redecides: redecides)
  }

  @Test("A save just before the exchange is put back, read, and migrated")
  func savedBefore() throws {
    let scene = try Scene()
    let result = try run(scene) { call, occurrence in
      if call == "renameat2", occurrence == Self.firstExchange { scene.once("save") { try scene.save("old saved") } }
    }
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.read("a.json") == "NEW saved")
    #expect(scene.stray == [])
    #expect(result.warnings == [])
  }

  @Test("Where nothing decides again, a save just before the exchange stays and the document is rejected")
  func savedBeforeWithoutDeciding() throws {
    let scene = try Scene()
    let result = try run(scene, redecides: false) { call, occurrence in
      if call == "renameat2", occurrence == Self.firstExchange { scene.once("save") { try scene.save("old saved") } }
    }
    #expect(result.lines == ["rejected(changed-during-run) a.json"])
    #expect(try scene.tree.read("a.json") == "old saved")
    #expect(scene.stray == [])
  }

  @Test("A save of the current version just before the exchange makes the document current")
  func savedCurrent() throws {
    let scene = try Scene()
    let result = try run(scene) { call, occurrence in
      if call == "renameat2", occurrence == Self.firstExchange { scene.once("save") { try scene.save("current") } }
    }
    #expect(result.lines == ["current a.json"])
    #expect(try scene.tree.read("a.json") == "current")
  }

  @Test("A save after the exchange takes the place of the new text, and the original goes")
  func savedAfter() throws {
    let scene = try Scene()
    let result = try run(scene) { call, _ in
      // The lease is asked for once the names are exchanged.
      if call == "fcntl" { scene.once("save") { try scene.save("old saved") } }
    }
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.read("a.json") == "old saved")
    #expect(scene.stray == [])
  }

  @Test("A program that deletes the document at any call of the run does not see it come back")
  func deleted() throws {
    for call in 1...200 {
      let scene = try Scene()
      let counter = Counter()
      let result = try run(scene) { _, _ in
        if counter.next() == call { scene.once("delete") { unlink(scene.tree.path("a.json")) } }
      }
      if counter.count < call {
        #expect(call > 30)
        return
      }
      #expect(!scene.tree.exists("a.json"), "call \(call): \(result.lines)")
      #expect(scene.stray == [], "call \(call): \(result.lines)")
    }
    Issue.record("the run makes more calls than the test tries")
  }

  @Test("A program that saves the document at any call of the run keeps its save, or sees it migrated")
  func saved() throws {
    for call in 1...200 {
      let scene = try Scene()
      let counter = Counter()
      let result = try run(scene) { _, _ in
        if counter.next() == call { scene.once("save") { try scene.save("old saved") } }
      }
      let text = try scene.tree.read("a.json")
      #expect(
        text == "old saved" || text == "NEW saved" || counter.count < call, "call \(call): \(text) \(result.lines)")
      #expect(scene.stray == [], "call \(call): \(result.lines)")
      if counter.count < call { return }
    }
    Issue.record("the run makes more calls than the test tries")
  }

  @Test("What is written in place through an open descriptor is never lost, whenever it is written and closed")
  func writtenInPlace() throws {
    var pairs = 0
    for opening in 1...60 {
      for writing in stride(from: opening, through: 60, by: 3) {
        let scene = try Scene()
        let counter = Counter()
        let result = try run(scene) { _, _ in
          let count = counter.next()
          if count == opening { scene.once("open") { scene.openForWriting() } }
          if count == writing { scene.once("write") { if scene.descriptor >= 0 { try scene.writeInPlace("old W") } } }
          if count == writing + 2 { scene.once("close") { if scene.descriptor >= 0 { scene.closeFile() } } }
        }
        guard counter.count > writing + 2 else { continue }
        pairs += 1
        let text = try scene.tree.read("a.json")
        // Written over the new text, it is what the writer made of it.
        #expect(
          ["old W", "NEW W", "old W"].contains(text),
          "opened at \(opening), written at \(writing): \(text) \(result.lines)")
        #expect(scene.stray == [], "opened at \(opening), written at \(writing): \(result.lines)")
      }
    }
    #expect(pairs > 200)
  }

  @Test("A writer that does not close the file gets it back, and the document is rejected")
  func openWriter() throws {
    let scene = try Scene()
    scene.openForWriting()
    let result = try run(scene) { _, _ in }
    #expect(result.lines == ["rejected(changed-during-run) a.json"])
    try scene.writeInPlace("old W")
    #expect(try scene.tree.read("a.json") == "old W")
    #expect(scene.stray == [])
  }

  @Test("A new mode just before the exchange is kept, and the document is migrated with it")
  func modeChanged() throws {
    let scene = try Scene()
    let result = try run(scene) { call, occurrence in
      if call == "renameat2", occurrence == Self.firstExchange {
        scene.once("chmod") { chmod(scene.tree.path("a.json"), 0o600) }
      }
    }
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.status("a.json").mode == 0o600)
    #expect(try scene.tree.read("a.json") == "NEW a")
  }

  @Test("A second save while the first is put back keeps the second in place and the first beside it")
  func savedTwice() throws {
    let scene = try Scene()
    let result = try run(scene, redecides: false) { call, occurrence in
      guard call == "renameat2" else { return }
      if occurrence == Self.firstExchange { scene.once("first") { try scene.save("old first") } }
      if occurrence == Self.firstExchange + 1 { scene.once("second") { try scene.save("old second") } }
    }
    #expect(result.lines == ["rejected(changed-during-run) a.json"])
    #expect(try scene.tree.read("a.json") == "old second")
    #expect(scene.stray == ["a.json.uprev-kept-\(TreeRun.runID)-1"])
    #expect(try scene.tree.read("a.json.uprev-kept-\(TreeRun.runID)-1") == "old first")
    #expect(result.warnings.map(\.code) == [.fileKept])
  }

  @Test("A document that is saved whenever its last save is on its way back is migrated once it rests")
  func restless() throws {
    let scene = try Scene()
    let counter = Counter()
    let result = try run(scene) { call, _ in
      if call == "write", counter.count < 500 { try? scene.save("old \(counter.next())") }
    }
    #expect(counter.count == 500)
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.read("a.json") == "NEW 500")
    // Saves that a later one took the place of while they were on their way back.
    for name in scene.stray {
      #expect(name.hasPrefix("a.json.uprev-kept-\(TreeRun.runID)-"))
      #expect(try scene.tree.read(name) != "old 500")
    }
    #expect(result.warnings.count == scene.stray.count)
  }

  @Test("A document that is saved before each exchange is given up after a few attempts, with its last save in place")
  func savedEachTime() throws {
    let scene = try Scene()
    let counter = Counter()
    let result = try run(scene) { call, _ in
      if call == "syncfs" { try? scene.save("old \(counter.next())") }
    }
    #expect(counter.count == 4)
    #expect(result.lines == ["rejected(changed-during-run) a.json"])
    #expect(try scene.tree.read("a.json") == "old 4")
    #expect(scene.stray == [])
  }

  @Test("A folder flush that fails after a second attempt stops the target, and what was staged meanwhile is reported")
  func unflushedAfterSecondAttempt() throws {
    for failing in 1...8 {
      let scene = try Scene()
      for index in 0..<4 { try scene.tree.write("b\(index).json", "old b", mode: 0o644) }
      let fileSystem = FaultyFileSystem(
        faults: [.init("fsync", occurrence: failing, number: EIO)],
        before: { call, occurrence, _ in
          if call == "renameat2", occurrence == Self.firstExchange {
            scene.once("save") { try scene.save("old saved") }
          }
          return nil
        })
      let result = try TreeRun(scene.tree.pathName(), fileSystem, batchCount: 1, sideThreads: 0)
      #expect(fileSystem.record.failures == ["fsync"], "fsync \(failing)")
      // Each document that was read, once.
      #expect(Set(result.lines.map { $0.split(separator: " ")[1] }).count == result.decisions.count, "\(result.lines)")
      #expect(
        result.errorCode == .writeFailed || result.lines.contains { $0.hasPrefix("rejected(") }, "fsync \(failing)")
      let text = try scene.tree.read("a.json")
      // Where the save could not go back, it waits in its slot for recovery.
      let isLeft = result.warnings.contains { $0.code == .notRecovered }
      #expect(text == "old saved" || text == "NEW saved" || (isLeft && text == "NEW a"), "fsync \(failing): \(text)")
      let recovered = try TreeRun(
        scene.tree.pathName(), runID: "20260201T000000Z-00000001", claims: true, recovers: true)
      #expect(recovered.finished)
      #expect(scene.stray == [], "fsync \(failing)")
      #expect(try scene.tree.read("a.json") == "NEW saved", "fsync \(failing)")
    }
  }

  @Test("A folder that takes the document's place is put back")
  func folderInPlace() throws {
    let scene = try Scene()
    let result = try run(scene) { call, occurrence in
      guard call == "renameat2", occurrence == Self.firstExchange else { return }
      scene.once("folder") {
        unlink(scene.tree.path("a.json"))
        try scene.tree.write("a.json/inside", "x")
      }
    }
    #expect(result.lines == ["skipped a.json"])
    #expect(try scene.tree.read("a.json/inside") == "x")
    #expect(scene.stray == [])
  }

  @Test("Where names cannot be exchanged the document is renamed over, and the report says what that risks")
  func withoutExchange() throws {
    let scene = try Scene()
    let fileSystem = FaultyFileSystem(faults: [.init("renameat2", number: EINVAL, isPermanent: true)])
    let result = try TreeRun(scene.tree.pathName(), fileSystem)
    #expect(result.lines == ["migrated a.json"])
    #expect(try scene.tree.read("a.json") == "NEW a")
    #expect(result.warnings.map(\.code) == [.unprotectedReplace])
    #expect(scene.stray == [])
  }

  @Test("Without exchange a save before the last look is left alone")
  func savedWithoutExchange() throws {
    let scene = try Scene()
    let fileSystem = FaultyFileSystem(
      faults: [.init("renameat2", number: EINVAL, isPermanent: true)],
      before: { call, _, _ in
        if call == "syncfs" { scene.once("save") { try scene.save("bad save") } }
        return nil
      })
    let result = try TreeRun(scene.tree.pathName(), fileSystem, sideThreads: 0)
    #expect(result.lines == ["rejected(invalid-json) a.json"])
    #expect(try scene.tree.read("a.json") == "bad save")
  }

  @Test("A large document is read once after the exchange, under a lease that is held until it is unlinked")
  func large() throws {
    let scene = try Scene()
    let text = "old " + String(repeating: "x", count: 1 << 20)
    try scene.tree.write("a.json", text, mode: 0o644)
    let fileSystem = FaultyFileSystem()
    let result = try TreeRun(scene.tree.pathName(), fileSystem, maximumSize: 2 << 20, sideThreads: 0)
    #expect(result.lines == ["migrated a.json"])
    // Whole when it is discovered; 17 pieces of 64 KiB when it came out.
    #expect(fileSystem.record.count("read") == 1 + 17)
    #expect(result.warnings == [])
    #expect(scene.stray == [])
  }

  @Test("Where somebody wants to write to a large document before it is unlinked, it is read again")
  func largeWanted() throws {
    let scene = try Scene()
    let text = "old " + String(repeating: "x", count: 1 << 20)
    try scene.tree.write("a.json", text, mode: 0o644)
    let wanted = Counter()
    let fileSystem = FaultyFileSystem(before: { call, occurrence, _ in
      guard call == "fsync", occurrence == 1 else { return nil }
      // The slot of what came out, as somebody who looked up the name before would reach it. He is told to wait.
      for name in scene.stray where name.hasSuffix("01") {
        let descriptor = open(scene.tree.path(name), O_WRONLY | O_NONBLOCK)
        #expect(descriptor == -1 && errno == EWOULDBLOCK)
        if descriptor >= 0 { close(descriptor) }
        _ = wanted.next()
      }
      return nil
    })
    let result = try TreeRun(scene.tree.pathName(), fileSystem, maximumSize: 2 << 20, sideThreads: 0)
    #expect(wanted.count == 1)
    #expect(result.lines == ["migrated a.json"])
    #expect(fileSystem.record.count("read") == 1 + 2 * 17)
    #expect(scene.stray == [])
  }

  @Test("Another run that holds the tree is named, and nothing is read")
  func busy() throws {
    let scene = try Scene()
    let local = LocalFileSystem()
    let other = try local.open(scene.tree.pathName(), in: nil, .directory, mode: 0)
    #expect(try local.lock(other))
    let result = try withExtendedLifetime(other) { try TreeRun(scene.tree.pathName(), claims: true) }
    let error = try #require(result.error as? TargetError)
    #expect(error.code == .targetBusy)
    #expect(error.report.message.contains("process \(getpid())"))
    #expect(result.decisions.isEmpty)
    try local.unlock(other)
    #expect(try TreeRun(scene.tree.pathName(), claims: true).lines == ["migrated a.json"])
  }

  @Test("A folder that another run holds keeps its documents; those of other folders are migrated")
  func busyFolder() throws {
    let scene = try Scene()
    try scene.tree.write("d/b.json", "old b")
    let local = LocalFileSystem()
    let other = try local.open(scene.tree.pathName("d"), in: nil, .directory, mode: 0)
    #expect(try local.lock(other))
    let result = try withExtendedLifetime(other) { try TreeRun(scene.tree.pathName(), claims: true) }
    #expect(result.lines == ["migrated a.json", "rejected(target-busy) d/b.json"])
    #expect(try scene.tree.read("d/b.json") == "old b")
    #expect(scene.stray == [])
  }
}

/// Counts calls.
// @unchecked: guarded by `lock`.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var value = 0

  var count: Int { lock.withLock { value } }

  func next() -> Int {
    lock.withLock {
      value += 1
      return value
    }
  }
}
