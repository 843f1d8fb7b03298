import Foundation
import Testing
import UprevArchive
import UprevCore
import UprevReport

@Suite("What is opened as an archive")
struct OpeningTests {
  private let opener = ArchiveContainerOpener(LocalFileSystem())

  @Test(
    "What is no archive and does not claim to be one is left to others",
    arguments: [
      ("x.json", #"open(p, 'wb').write(b'{"version": 1}')"#), ("empty.json", "open(p, 'wb').close()"),
      ("zeros.json", "open(p, 'wb').write(bytes(4096))"),
      ("x.json.gz", #"import gzip; open(p, 'wb').write(gzip.compress(b'{"version": 1}'))"#),
      ("x.tar.json", #"open(p, 'wb').write(b'{"version": 1}')"#),
      ("bad.gz", "open(p, 'wb').write(b'\\x1f\\x8b\\x08oops')"),
      ("folder.tar", "import os; os.mkdir(p)"), ("fifo.tar", "import os; os.mkfifo(p)"),
    ])
  func noArchive(_ name: String, _ script: String) throws {
    let scratch = try Scratch()
    try Tool.python("import sys; p = sys.argv[1]\n" + script, [scratch.file(name)])
    #expect(try opener.open(PathName(scratch.file(name))) == nil)
  }

  @Test("A JSON text that has a tar's checksum in the right place is no archive")
  func checksumInText() throws {
    let scratch = try Scratch()
    var text = Array((#"{"x": ""# + String(repeating: "a", count: 141)).utf8.prefix(148))
    text += Array("00000000".utf8) + [UInt8](repeating: 0x62, count: 600) + Array(#""}"#.utf8)
    var sum = 0
    for (index, byte) in text.prefix(512).enumerated() { sum += (148..<156).contains(index) ? 32 : Int(byte) }
    let field = String(repeating: "0", count: 8 - String(sum, radix: 8).count) + String(sum, radix: 8)
    text.replaceSubrange(148..<156, with: Array(field.utf8))
    let path = try scratch.write("x.json", text)
    #expect(try opener.open(PathName(path)) == nil)
  }

  @Test("A missing target is an error with its name")
  func missing() {
    #expect {
      _ = try opener.open(PathName("/nowhere/x.tar"))
    } throws: { error in
      (error as? TargetError)?.code == .readFailed
        && (error as? TargetError)?.report.message.contains("/nowhere/x.tar") == true
    }
  }

  @Test("An empty tar, by its name, is an archive in which nothing is to be done")
  func emptyTar() throws {
    let scratch = try Scratch()
    let path = try scratch.write("x.tar", [UInt8](repeating: 0, count: 10240))
    let result = Harness.appending("!").run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.decisions.isEmpty)
  }
}
