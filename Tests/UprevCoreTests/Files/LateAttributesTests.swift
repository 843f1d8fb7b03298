import Foundation
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("Attributes that are read late")
struct LateAttributesTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree(inMemory: true)
    try tree.write("text", to: "a")
  }

  /// Whether one more file may be held, where one may.
  private func hasRoom(_ held: HeldFiles) throws -> Bool {
    held.hold(try LocalFileSystem().open(tree.pathName("a"), in: nil, [.readOnly], mode: 0)) != nil
  }

  private func late(_ held: HeldFiles, _ fileSystem: any FileSystem = LocalFileSystem()) throws -> LateAttributes {
    guard let file = held.hold(try fileSystem.open(tree.pathName("a"), in: nil, [.readOnly], mode: 0)) else {
      throw FileSystemError(call: "openat", path: nil, number: EMFILE)
    }
    return LateAttributes(of: file, fileSystem)
  }

  @Test("They are read once, when they are asked for, and the file is held no longer")
  func read() throws {
    let held = HeldFiles(limit: 1)
    let fileSystem = FaultyFileSystem()
    let late = try late(held, fileSystem)
    #expect(try !hasRoom(held))
    #expect(fileSystem.record.count("flistxattr") == 0)
    try late.read()
    try late.read()
    #expect(fileSystem.record.count("flistxattr") == 1)
    #expect(try hasRoom(held))
    late.letGo()
    #expect(try hasRoom(held))
    let expected = try LocalFileSystem().extendedAttributes(
      of: LocalFileSystem().open(tree.pathName("a"), in: nil, [.readOnly], mode: 0))
    #expect(late.extended == expected)
  }

  @Test("What was let go cannot be read any more, and is not taken for nothing")
  func letGo() throws {
    let held = HeldFiles(limit: 1)
    let late = try late(held)
    late.letGo()
    #expect(try hasRoom(held))
    #expect(throws: FileSystemError.self) { try late.read() }
  }

  @Test("A failure stays one")
  func failure() throws {
    let held = HeldFiles(limit: 1)
    let late = try late(held, FaultyFileSystem(faults: [.init("flistxattr", number: 5)]))
    #expect(throws: FileSystemError.self) { try late.read() }
    #expect(throws: FileSystemError.self) { try late.read() }
    #expect(try hasRoom(held))
  }

  @Test("A document that is dropped makes room")
  func dropped() throws {
    let held = HeldFiles(limit: 1)
    var late: LateAttributes? = try late(held)
    #expect(try late != nil && !hasRoom(held))
    late = nil
    #expect(try hasRoom(held))
  }
}
