import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

/// The file system that stands in for a disk in the tests of crashes, compared with itself and with the machine's own.
@Suite("The simulated file system")
struct SimulatedFileSystemTests {
  private func text(_ states: [SimulatedVolume]) -> Set<String> {
    Set(states.map { $0.listing.map { "\($0.path)=\($0.text)" }.joined(separator: " ") })
  }

  private func crash(_ fileSystem: SimulatedFileSystem) -> Set<String> {
    var generator = SeededGenerator(seed: 1)
    return text(fileSystem.volume.crashStates(using: &generator))
  }

  private func make(_ name: String, _ text: String, in fileSystem: SimulatedFileSystem) throws -> OpenFile {
    let file = try fileSystem.open(PathName(name), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    try Array(text.utf8).withUnsafeBytes { try fileSystem.write(file, $0) }
    return file
  }

  @Test("What is not flushed may be lost, cut or zero, and what is flushed stays")
  func files() throws {
    let fileSystem = SimulatedFileSystem()
    let root = try fileSystem.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0)
    let file = try make("a", "text", in: fileSystem)
    #expect(crash(fileSystem) == ["", "/a=", "/a=te", "/a=text", "/a=\0\0\0\0"])
    try fileSystem.synchronize(file)
    // The bytes are safe, the name is not.
    #expect(crash(fileSystem) == ["", "/a=text"])
    try fileSystem.synchronize(root)
    #expect(crash(fileSystem) == ["/a=text"])
  }

  @Test("A folder that is flushed before its file keeps an empty file")
  func folderFirst() throws {
    let fileSystem = SimulatedFileSystem()
    let root = try fileSystem.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0)
    _ = try make("a", "text", in: fileSystem)
    try fileSystem.synchronize(root)
    #expect(crash(fileSystem) == ["/a=", "/a=te", "/a=text", "/a=\0\0\0\0"])
    try fileSystem.synchronizeFileSystem(of: root)
    #expect(crash(fileSystem) == ["/a=text"])
  }

  @Test("Renames come one without the other unless a flush orders them, each as a whole")
  func renames() throws {
    let fileSystem = SimulatedFileSystem()
    for name in ["a", "b", "c", "d"] { _ = try make(name, name, in: fileSystem) }
    let root = try fileSystem.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0)
    try fileSystem.synchronizeFileSystem(of: root)
    try fileSystem.rename(PathName("a"), in: root, to: PathName("b"), in: root, .exchanging)
    try fileSystem.rename(PathName("c"), in: root, to: PathName("d"), in: root, .replacing)
    #expect(crash(fileSystem) == ["/a=a /b=b /c=c /d=d", "/a=b /b=a /c=c /d=d", "/a=a /b=b /d=c", "/a=b /b=a /d=c"])
    try fileSystem.synchronize(root)
    #expect(crash(fileSystem) == ["/a=b /b=a /d=c"])
  }

  @Test("A later change that is durable is not undone by an earlier one")
  func order() throws {
    let fileSystem = SimulatedFileSystem()
    let root = try fileSystem.open(PathName("/"), in: nil, [.readOnly, .directory], mode: 0)
    try fileSystem.makeDirectory(PathName("x"), in: root, mode: 0o700)
    try fileSystem.makeDirectory(PathName("y"), in: root, mode: 0o700)
    _ = try make("/x/a", "a", in: fileSystem)
    try fileSystem.synchronizeFileSystem(of: root)
    try fileSystem.rename(PathName("x/a"), in: root, to: PathName("y/a"), in: root, .replacing)
    try fileSystem.rename(PathName("y/a"), in: root, to: PathName("x/b"), in: root, .replacing)
    let states = crash(fileSystem)
    #expect(states.contains("/x= /x/a=a /y="))
    #expect(states.contains("/x= /x/b=a /y="))
    // Flushed, both are there, whichever folder it is.
    try fileSystem.synchronize(try fileSystem.open(PathName("y"), in: root, [.readOnly, .directory], mode: 0))
    #expect(crash(fileSystem) == ["/x= /x/b=a /y="])
  }

  @Test("The number of a file that is gone is used again at once, unless it is held open")
  func numbers() throws {
    let fileSystem = SimulatedFileSystem()
    var held: OpenFile? = try make("a", "a", in: fileSystem)
    let number = try fileSystem.status(of: PathName("a"), in: nil, followingLinks: false).inode
    try fileSystem.unlink(PathName("a"), in: nil)
    _ = try make("b", "b", in: fileSystem)
    #expect(try fileSystem.status(of: PathName("b"), in: nil, followingLinks: false).inode != number)
    withExtendedLifetime(held) {}
    held = nil
    _ = try make("c", "c", in: fileSystem)
    #expect(try fileSystem.status(of: PathName("c"), in: nil, followingLinks: false).inode == number)
    #expect(fileSystem.openCount == 0)
  }

  @Test("It answers as the machine's own file system does, call by call", arguments: 0..<40 as Range<UInt64>)
  func sameAsLocal(seed: UInt64) throws {
    let tree = try TemporaryTree(inMemory: true)
    var pair = try FileSystemPair(tree.pathName(), seed: seed)
    for number in 0..<250 {
      let (call, simulated, local) = pair.step()
      try #require(simulated == local, "seed \(seed), call \(number): \(call)")
    }
    let (simulated, local) = pair.listings()
    #expect(simulated == local, "seed \(seed)")
  }
}
