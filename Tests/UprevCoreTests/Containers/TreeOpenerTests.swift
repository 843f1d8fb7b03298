import Foundation
import Testing
import UprevCore
import UprevReport
import UprevTestSupport

@Suite struct TreeOpenerTests {
  @Test(
    "A target that is missing or special fails with its code and words",
    arguments: [
      ("missing", "does not exist"), ("missing/a", "does not exist"), ("", "does not exist"), ("file/a", "no folder"),
      ("fifo", "is a fifo"), ("dangling", "does not exist"), ("loop", "loop"), ("file/", "no folder"),
    ])
  func refused(name: String, words: String) throws {
    let tree = try TemporaryTree()
    try tree.write("file", "old")
    mkfifo(tree.path("fifo"), 0o600)
    try FileManager.default.createSymbolicLink(atPath: tree.path("dangling"), withDestinationPath: "nowhere")
    try FileManager.default.createSymbolicLink(atPath: tree.path("loop"), withDestinationPath: "loop")
    let place = name.isEmpty ? PathName("") : tree.pathName(name)
    let error = #expect(throws: TargetError.self) { _ = try TreeOpener().open(place) }
    #expect(error?.code == .readFailed)
    #expect(error?.report.message.contains(words) == true, "\(error?.report.message ?? "")")
  }

  @Test("A device is no target")
  func device() {
    let error = #expect(throws: TargetError.self) { _ = try TreeOpener().open(PathName("/dev/null")) }
    #expect(error?.report.message.contains("is a device") == true)
  }

  @Test("A folder may be given with slashes at its end, and nothing in an empty one is no document")
  func empty() throws {
    let tree = try TemporaryTree()
    for ending in ["", "/", "//", "/."] {
      let run = try TreeRun(PathName(tree.path + ending))
      #expect(run.finished)
      #expect(run.decisions.isEmpty)
    }
  }

  @Test("A tree can be copied to a tree, an archive cannot")
  func canCopy() {
    #expect(TreeOpener().canCopy(.tree, to: PathName("out")))
    #expect(!TreeOpener().canCopy(.archive, to: PathName("out")))
  }
}
