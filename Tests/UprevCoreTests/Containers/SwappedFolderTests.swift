import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

/// Something of a tree is swapped for a symbolic link that leads out of it, before each call of a run in turn.
@Suite("A name swapped for a symbolic link")
struct SwappedFolderTests {
  private static let documents = ["a.json", "d/a.json", "d/f/a.json", "z.json"]

  /// A tree, and beside it what must not be touched: the same names with other texts.
  private struct Scene {
    let place: TemporaryTree
    let precious: [String: [UInt8]]

    init() throws {
      place = try TemporaryTree(inMemory: true)
      for name in SwappedFolderTests.documents {
        try place.write("tree/" + name, "old " + name, mode: 0o644)
        try place.write("outside/" + name, "old OUTSIDE " + name, mode: 0o644)
      }
      try place.makeFolder("aside")
      precious = try Self.texts(place, "outside")
    }

    static func texts(_ place: TemporaryTree, _ folder: String) throws -> [String: [UInt8]] {
      var texts: [String: [UInt8]] = [:]
      for name in try place.listing(folder) where try place.status("\(folder)/\(name)").kind == .regular {
        texts[name] = try place.bytes("\(folder)/\(name)")
      }
      return texts
    }

    /// Swaps a name of the tree for a link; does nothing where there is no such name.
    static func swap(_ name: String, in place: String) {
      guard rename("\(place)/tree/\(name)", "\(place)/aside/taken") == 0 else { return }
      // A document's link leads to a document, a folder's to a folder.
      let end = name.hasSuffix(".json") ? "outside/a.json" : name == "d/f" ? "outside/d/f" : "outside"
      symlink("\(place)/\(end)", "\(place)/tree/\(name)")
    }
  }

  /// Runs once to count the calls, and then once a call, with `name` swapped before it.
  private static func enumerate(_ name: String, copying: Bool) throws -> Int {
    let scene = try Scene()
    let counting = FaultyFileSystem(flushes: false)
    let clean = try run(scene, counting, copying: copying)
    #expect(clean.lines == documents.map { "migrated \($0)" })
    let total = counting.record.count()
    for occurrence in 1...total {
      let scene = try Scene()
      let (count, path) = (CallCounter(), scene.place.path)
      let fileSystem = FaultyFileSystem(flushes: false) { _, _, _ in
        if count.next() == occurrence { Scene.swap(name, in: path) }
        return nil
      }
      let what = "\(name) before call \(occurrence), copying: \(copying)"
      let run = try run(scene, fileSystem, copying: copying)
      #expect(try Scene.texts(scene.place, "outside") == scene.precious, "\(what)")
      if copying, scene.place.exists("copy") {
        for (name, text) in try Scene.texts(scene.place, "copy") {
          #expect(!String(decoding: text, as: UTF8.self).contains("OUTSIDE"), "\(what): \(name)")
        }
      }
      // What was not swapped is whole, and done unless the target failed.
      for document in ["a.json", "z.json"] where document != name {
        let text = try scene.place.read("tree/" + document)
        let isDone = run.decisions.contains { $0.outcome == .migrated && $0.reference.path == PathName(document) }
        #expect(text == (isDone && !copying ? "NEW " : "old ") + document, "\(what)")
      }
    }
    return total
  }

  private static func run(_ scene: Scene, _ fileSystem: FaultyFileSystem, copying: Bool) throws -> TreeRun {
    try TreeRun(
      scene.place.pathName("tree"), fileSystem, output: copying ? scene.place.pathName("copy") : nil, sideThreads: 0,
      onRead: { element in
        guard case .document(let document) = element else { return }
        #expect(!document.text.description.contains("OUTSIDE"), "\(document.reference.path)")
      })
  }

  @Test(
    "It never leads out of the tree: nothing there is read, and nothing changes",
    arguments: ["d", "d/f", "a.json", "d/a.json", ".uprev-test"], [false, true])
  func beneath(name: String, copying: Bool) throws {
    #expect(try Self.enumerate(name, copying: copying) > 40)
  }

  @Test(
    "Nor where the system has no openat2", arguments: ["d", "d/f", "a.json", "d/a.json", ".uprev-test"], [false, true])
  func oneByOne(name: String, copying: Bool) throws {
    try withoutOpenat2 {
      let calls = try Self.enumerate(name, copying: copying)
      #expect(calls > 40)
    }
  }

  @Test("Removing a folder with everything in it removes nothing else", arguments: ["d", "d/f", "d/a.json"])
  func removal(name: String) throws {
    var occurrence = 0
    var isSwapped = true
    while isSwapped {
      occurrence += 1
      let scene = try Scene()
      let (count, path, wanted) = (CallCounter(), scene.place.path, occurrence)
      let fileSystem = FaultyFileSystem { _, _, _ in
        if count.next() == wanted { Scene.swap(name, in: path) }
        return nil
      }
      let parent = try LocalFileSystem().open(scene.place.pathName(), in: nil, [.directory], mode: 0)
      let root = try LocalFileSystem().open(PathName("tree"), in: parent, [.directory, .beneath], mode: 0)
      do throws(FileSystemError) {
        try RemoveTree(fileSystem).remove(PathName("tree"), in: parent, open: root)
        #expect(!scene.place.exists("tree"))
      } catch {
        #expect([.symbolicLink, .noDirectory, .absent, .exists].contains(error.kind), "\(error)")
      }
      #expect(try Scene.texts(scene.place, "outside") == scene.precious, "\(name) before call \(occurrence)")
      isSwapped = count.current >= occurrence
    }
    #expect(occurrence > 10)
  }
}

/// Counts calls.
// @unchecked: `count` is guarded by `lock`.
private final class CallCounter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  var current: Int { lock.withLock { count } }

  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
