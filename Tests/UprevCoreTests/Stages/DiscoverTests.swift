import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct DiscoverTests {
  private let local = LocalFileSystem()

  /// Makes an empty file of any name.
  private func touch(_ bytes: [UInt8], in folder: OpenFile) throws {
    _ = try local.open(PathName(bytes), in: folder, [.writeOnly, .create], mode: 0o644)
  }

  @Test("A path takes no more room than its bytes, however many were found before it")
  func pathsDoNotGrow() throws {
    let tree = try TemporaryTree(inMemory: true)
    try tree.makeFolder("d/e")
    let folder = try local.open(tree.pathName("d/e"), in: nil, .directory, mode: 0)
    for number in 0..<2_000 { try touch(Array("document-\(10_000 + number).json".utf8), in: folder) }
    let run = try withExtendedLifetime(tree) { try TreeRun(tree.pathName(), globs: ["*.json"]) }
    #expect(run.decisions.count == 2_000)
    // The allocator rounds up.
    let wasteful = run.decisions.map(\.reference.path.bytes).first { $0.capacity > $0.count + 32 }
    #expect(wasteful == nil, "\(wasteful?.capacity ?? 0) bytes for \(wasteful?.count ?? 0)")
  }

  @Test(
    "The order is byte order of whole paths, for random trees of any names", arguments: 1...8 as ClosedRange<UInt64>)
  func order(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let tree = try TemporaryTree()
    var folders: [(file: OpenFile, path: [UInt8])] = [
      (try local.open(tree.pathName(), in: nil, .directory, mode: 0), [])
    ]
    var expected: [[UInt8]] = []
    // Few letters, and those around the slash, so that names are prefixes of each other.
    let letters: [UInt8] = Array("a.-0/".utf8) + [0x2e, 0x30, 0xff, 0x80, 0x0a, 0x01]
    for _ in 0..<200 {
      let parent = folders[Int.random(in: 0..<folders.count, using: &random)]
      let length = Int.random(in: 1...4, using: &random)
      let name = (0..<length).map { _ in letters.randomElement(using: &random) ?? 0 }.filter { $0 != 0x2f }
      if name.isEmpty || name == [0x2e] || name == [0x2e, 0x2e] { continue }
      let path = parent.path + name
      if Bool.random(using: &random) {
        guard (try? local.makeDirectory(PathName(name), in: parent.file, mode: 0o755)) != nil else { continue }
        folders.append((try local.open(PathName(name), in: parent.file, .directory, mode: 0), path + [0x2f]))
      } else {
        guard (try? local.status(of: PathName(name), in: parent.file, followingLinks: false)) == nil else { continue }
        try touch(name, in: parent.file)
        expected.append(path)
      }
    }
    let run = try withExtendedLifetime(tree) { try TreeRun(tree.pathName(), globs: ["none"]) }
    let sorted = expected.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(run.decisions.map(\.reference.path.bytes) == sorted, "seed \(seed)")
    #expect(run.decisions.allSatisfy { $0.outcome == .unmatched })
  }

  @Test("Names with newlines, invalid UTF-8 and 255 bytes are names like others")
  func hostileNames() throws {
    let tree = try TemporaryTree()
    let root = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    let names: [[UInt8]] = [
      Array("a\nb.json".utf8), [0xff, 0xfe] + Array(".json".utf8),
      Array(String(repeating: "x", count: 250).utf8)
        + Array(".json".utf8), Array("-rf .json".utf8), Array("%s%n\u{1b}[31m.json".utf8),
    ]
    for name in names {
      let file = try local.open(PathName(name), in: root, [.writeOnly, .create], mode: 0o644)
      try Array("old".utf8).withUnsafeBytes { try local.write(file, $0) }
    }
    let run = try withExtendedLifetime(tree) { try TreeRun(tree.pathName()) }
    #expect(run.decisions.count == names.count)
    #expect(run.decisions.allSatisfy { $0.outcome == .migrated })
    let paths = run.decisions.map(\.reference.path)
    #expect(Set(paths) == Set(names.map { PathName($0) }))
    #expect(paths == paths.sorted())
    for name in names {
      let file = try local.open(PathName(name), in: root, .readOnly, mode: 0)
      #expect(try local.status(of: file).size == 3)
    }
  }

  @Test("Links, fifos and sockets are skipped and never followed or waited for")
  func specialFiles() throws {
    let tree = try TemporaryTree()
    try tree.write("real/a.json", "old a")
    for (name, destination) in [
      ("folder.json", "real"), ("loop", "."), ("self.json", "self.json"), ("file.json", "real/a.json"),
      ("gone.json", "nowhere"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: tree.path(name), withDestinationPath: destination)
    }
    let root = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    var fifo = try tree.status("real/a.json")
    fifo.kind = .fifo
    try local.makeNode(PathName("fifo.json"), in: root, like: fifo)
    fifo.kind = .socket
    try local.makeNode(PathName("socket.json"), in: root, like: fifo)
    let run = try TreeRun(tree.pathName())
    #expect(
      run.lines == [
        "skipped fifo.json", "skipped file.json", "skipped folder.json", "skipped gone.json", "skipped loop",
        "migrated real/a.json", "skipped self.json", "skipped socket.json",
      ])
    #expect(try tree.status("file.json").kind == .symbolicLink)
  }

  @Test("What became a link, a fifo, a folder or nothing after it was listed is skipped")
  func replacedAfterListing() throws {
    let tree = try TemporaryTree()
    for name in ["a.json", "b.json", "c.json", "d.json", "e.json"] { try tree.write(name, "old") }
    try tree.write("f/g.json", "old")
    let path = tree.path
    let fileSystem = FaultyFileSystem { call, _, name in
      guard call == "openat", let name, FileManager.default.fileExists(atPath: "\(path)/\(name)") else { return nil }
      let full = "\(path)/\(name)"
      let manager = FileManager.default
      switch name.description {
      case "b.json":
        try? manager.removeItem(atPath: full)
        try? manager.createSymbolicLink(atPath: full, withDestinationPath: "a.json")
      case "c.json":
        try? manager.removeItem(atPath: full)
        mkfifo(full, 0o600)
      case "d.json":
        try? manager.removeItem(atPath: full)
        try? manager.createDirectory(atPath: full, withIntermediateDirectories: false)
      case "e.json": try? manager.removeItem(atPath: full)
      case "f":
        try? manager.removeItem(atPath: full)
        try? manager.createSymbolicLink(atPath: full, withDestinationPath: ".")
      default: break
      }
      return nil
    }
    let run = try TreeRun(tree.pathName(), fileSystem)
    #expect(
      run.lines == ["migrated a.json", "skipped b.json", "skipped c.json", "skipped d.json", "skipped e.json"])
    #expect(try tree.read("a.json") == "NEW")
  }

  @Test("Uprev's own names are no part of a tree, at any depth; as a target they are skipped")
  func ownNames() throws {
    let tree = try TemporaryTree()
    try tree.write(".uprev-1/a.json", "old")
    try tree.write("x/.uprev-2", "old")
    try tree.write("x/.uprev-2.json", "old")
    try tree.write("x/.uprev.json", "old")
    #expect(try TreeRun(tree.pathName()).lines == ["migrated x/.uprev.json"])
    #expect(try TreeRun(tree.pathName("x/.uprev-2.json")).lines == ["skipped .uprev-2.json"])
    #expect(try tree.read("x/.uprev-2.json") == "old")
  }

  @Test("Excluded documents are skipped, what no format claims is unmatched and never opened")
  func claims() throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old")
    try tree.write("out/b.json", "old")
    try tree.write("out/deep/c.json", "old")
    try tree.write("d.txt", "old")
    let fileSystem = FaultyFileSystem { call, _, name in
      call == "openat" && ["b.json", "c.json", "d.txt"].contains(name?.description) ? EACCES : nil
    }
    let run = try TreeRun(tree.pathName(), fileSystem, excluded: ["out/**"])
    #expect(run.lines == ["migrated a.json", "unmatched d.txt", "skipped out/b.json", "skipped out/deep/c.json"])
  }

  @Test("A folder that cannot be entered is rejected under its path, unless all of it is excluded")
  func unreadableFolder() throws {
    let tree = try TemporaryTree()
    try tree.write("a/b.json", "old")
    try tree.write("c/d.json", "old")
    let run = try TreeRun(
      tree.pathName(), FaultyFileSystem { call, _, name in call == "openat" && name == PathName("a") ? EACCES : nil })
    #expect(run.lines == ["rejected(permission-denied) a", "migrated c/d.json"])
    let excluded = try TreeRun(
      tree.pathName(), FaultyFileSystem { call, _, name in call == "openat" && name == PathName("a") ? EACCES : nil },
      excluded: ["a/**"])
    #expect(excluded.lines == ["current c/d.json"])
    let partly = try TreeRun(
      tree.pathName(), FaultyFileSystem { call, _, name in call == "openat" && name == PathName("a") ? EIO : nil },
      excluded: ["a/*"])
    #expect(partly.lines == ["rejected(read-failed) a", "current c/d.json"])
  }

  @Test("A root that cannot be listed fails the target")
  func unreadableRoot() throws {
    let tree = try TemporaryTree()
    try tree.write("a.json", "old")
    let run = try TreeRun(tree.pathName(), FaultyFileSystem(faults: [.init("readdir", number: EIO)]))
    #expect(run.errorCode == .readFailed)
    #expect(run.lines == [])
    #expect(try tree.read("a.json") == "old")
  }

  @Test("What has too long a path is rejected under its own, a folder is not entered, and the rest is done")
  func longPaths() throws {
    let tree = try TemporaryTree()
    for name in ["a.json", "dd/ee/f.json", "dd/ee/gg/h.json", "dd/ee/long.json", "dd/i.json", "out/longer/x.json"] {
      try tree.write(name, "old")
    }
    // "dd/ee/f.json" has 12 bytes, "dd/ee/gg" 8, what is in it 15, "out/longer" 10.
    let run = try TreeRun(tree.pathName(), excluded: ["out/**"], maximumPathLength: 12)
    #expect(
      run.lines == [
        "migrated a.json", "migrated dd/ee/f.json", "rejected(limit-exceeded) dd/ee/gg/h.json",
        "rejected(limit-exceeded) dd/ee/long.json", "migrated dd/i.json",
      ])
    let short = try TreeRun(tree.pathName(), maximumPathLength: 7)
    #expect(
      short.lines == [
        "current a.json", "rejected(limit-exceeded) dd/ee/f.json", "rejected(limit-exceeded) dd/ee/gg",
        "rejected(limit-exceeded) dd/ee/long.json", "rejected(limit-exceeded) dd/i.json",
        "rejected(limit-exceeded) out/longer",
      ])
    #expect(short.decisions.allSatisfy { $0.error?.report.message.contains("--max-path-length") ?? true })
    let place = try TemporaryTree()
    let copied = try TreeRun(tree.pathName(), maximumPathLength: 12, output: place.pathName("copy"))
    #expect(copied.finished)
    #expect(!place.exists("copy/dd/ee/gg/h.json") && place.exists("copy/dd/ee/f.json"))
    #expect(copied.decisions.flatMap(\.warnings).map(\.code) == [.notCopied, .notCopied, .notCopied])
  }

  @Test("A tree of 3,000 levels is walked, changed and copied with few open files and a small stack")
  func deep() throws {
    let tree = try TemporaryTree()
    var folder = try local.open(tree.pathName(), in: nil, .directory, mode: 0)
    let levels = 3000
    for level in 0..<levels {
      if level % 500 == 499 {
        let file = try local.open(PathName("z.json"), in: folder, [.writeOnly, .create], mode: 0o644)
        try Array("old".utf8).withUnsafeBytes { try local.write(file, $0) }
      }
      try local.makeDirectory(PathName("d"), in: folder, mode: 0o755)
      folder = try local.open(PathName("d"), in: folder, [.directory, .noFollow], mode: 0)
    }
    let output = try TemporaryTree()
    let result = try withExtendedLifetime((tree, output)) {
      try onSmallStack {
        let copied = try TreeRun(tree.pathName(), output: output.pathName("copy"))
        let changed = try TreeRun(tree.pathName())
        return (copied, changed, try TreeRun(output.pathName("copy")))
      }
    }
    for run in [result.0, result.1] {
      #expect(run.error == nil)
      #expect(run.lines.count == 6)
      #expect(run.lines.allSatisfy { $0.hasPrefix("migrated d/d/") })
      #expect(run.decisions.map(\.reference.path.bytes.count).max() == 2999 * 2 + 6)
    }
    #expect(result.2.lines.filter { $0.hasPrefix("current") }.count == 6)
  }

  /// As small as a Dispatch worker's, and its descriptors limited.
  private func onSmallStack(_ body: @escaping () throws -> (TreeRun, TreeRun, TreeRun)) throws -> (
    TreeRun, TreeRun, TreeRun
  ) {
    let box = Box()
    let work = UncheckedBody(body)
    let thread = Thread { box.result = Result { try work.body() } }
    thread.stackSize = 512 << 10
    let done = DispatchSemaphore(value: 0)
    box.done = done
    thread.start()
    done.wait()
    return try #require(box.result).get()
  }

  private final class Box: @unchecked Sendable {
    // Written by the thread before it signals, read after.
    var result: Result<(TreeRun, TreeRun, TreeRun), any Error>? { didSet { done?.signal() } }
    var done: DispatchSemaphore?
  }

  private struct UncheckedBody: @unchecked Sendable {
    // Called by one thread, once.
    let body: () throws -> (TreeRun, TreeRun, TreeRun)
    init(_ body: @escaping () throws -> (TreeRun, TreeRun, TreeRun)) { self.body = body }
  }
}
