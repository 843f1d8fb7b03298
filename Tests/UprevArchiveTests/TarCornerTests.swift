import Foundation
import LosslessJSON
import Testing
import UprevArchive
import UprevCore
import UprevReport

/// A sound archive of an unusual kind, which is rewritten.
struct Corner: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let name: String
  let script: String

  init(_ description: String, name: String = "x.tar", _ script: String) {
    testDescription = description
    self.name = name
    self.script = script
  }

  static let all: [Corner] = [
    Corner("base-256 sizes", "put(patched(made(), 0, size=(124, b'\\x80' + bytes(10) + b'\\x08')))"),
    Corner("sizes padded with spaces", "put(patched(made(), 0, size=(124, b'         10 ')))"),
    Corner("sizes without a terminator", "put(patched(made(), 0, size=(124, b'000000000010')))"),
    Corner("short sizes", "put(patched(made(), 0, size=(124, b'10' + bytes(10))))"),
    Corner("a global comment", "put(made(tarfile.PAX_FORMAT, {'comment': 'git', 'VENDOR.x': 'y'}))"),
    Corner(
      "several global headers", "d = made(tarfile.PAX_FORMAT, {'comment': 'x'}); put(d[:1024] + d)"),
    Corner(
      "an old tar without a magic",
      """
      d = made()
      for at in (0, 1024): d = patched(d, at, magic=(257, bytes(8)), type=(156, b'\\0'))
      put(d)
      """),
    Corner(
      "a checksum of signed bytes",
      """
      d = made(members=[('\\u00e9.json', b'{}', {}), ('b.json', b'{}', {})])
      b = bytearray(d[:512]); b[148:156] = b' ' * 8
      b[148:156] = b'%06o\\0 ' % sum(x - 256 if x > 127 else x for x in b)
      put(bytes(b) + d[512:])
      """),
    Corner(
      "a checksum in another layout",
      """
      d = bytearray(made()); d[148:156] = b' ' + d[149:154].lstrip(b'0').rjust(5) + b' \\0'; put(bytes(d))
      """),
    Corner(
      "padding that is not zero", "d = bytearray(made()); d[512 + 100] = 65; d[1536 + 300] = 66; put(bytes(d))"),
    Corner(
      "a volume label",
      "l = patched(made(members=[('label', b'', {})], ends=False), 0, type=(156, b'V'))[:512]; put(l + made())"),
    Corner("two end blocks and no more", "put(made(ends=False) + bytes(1024))"),
    Corner("an odd number of zeros at the end", "put(made(ends=False) + bytes(1024 + 777))"),
    Corner(
      "several gzip members", name: "x.tar.gz",
      "m = made(); put(gzip.compress(m[:700]) + gzip.compress(m[700:701]) + gzip.compress(b'') + gzip.compress(m[701:]))"
    ),
    Corner(
      "several zstd frames", name: "x.tar.zst",
      "m = made(); put(run('zstd', '-qc', input=m[:700]) + run('zstd', '-qc', input=m[700:]))"),
    Corner(
      "several xz streams", name: "x.tar.xz",
      "m = made(); put(run('xz', '-c', input=m[:700]) + run('xz', '-c', input=m[700:]))"),
    Corner(
      "several bzip2 streams", name: "x.tar.bz2",
      "m = made(); put(run('bzip2', '-c', input=m[:700]) + run('bzip2', '-c', input=m[700:]))"),
    Corner(
      "several lz4 frames", name: "x.tar.lz4",
      "m = made(); put(run('lz4', '-qc', input=m[:700]) + run('lz4', '-qc', input=m[700:]))"),
    Corner(
      "lz4 with block checksums and its content's size", name: "x.tar.lz4",
      "put(run('lz4', '-qc', '-BX', '--content-size', input=made()))"),
    Corner("a legacy lz4 frame", name: "x.tar.lz4", "put(run('lz4', '-qcl', input=made()))"),
    Corner("a tar under another name", name: "backup.bin", "put(made())"),
  ]
}

@Suite("Tars of unusual kinds")
struct TarCornerTests {
  @Test("Is rewritten, but for size and checksum as it was", arguments: Corner.all)
  func isRewritten(_ corner: Corner) throws {
    let scratch = try Scratch()
    let path = scratch.file(corner.name)
    try Tool.python(Refusal.prelude + "\n" + corner.script, [path])
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    let result = Harness.appending(String(repeating: "!", count: 600)).run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.count(.migrated) == 2)
    let suffix = String(repeating: "!", count: 600)
    // A signed checksum is not to become an unsigned one; Python accepts both, the raw comparison masks neither's style.
    #expect(try Tool.python(Oracle.compare, [before, path, suffix, "raw"]) == "")
  }

  @Test("A global header may stand before the end")
  func globalHeaderAtEnd() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nd = made(tarfile.PAX_FORMAT, {'comment': 'x'}, ends=False); put(d + d[:1024] + bytes(1024))",
      [path])
    let end = try bytes(of: path).suffix(2048)
    #expect(Harness.appending("!").run(path).committed)
    #expect(try bytes(of: path).suffix(2048) == end)
    #expect(try Tool.run(["bsdtar", "-xOf", path]) == #"{"a": 1}!{"b": 2}!"#)
  }

  @Test("Fields keep their style: base-256, padding, terminator, signed sums")
  func styles() throws {
    for (script, at, expected) in [
      (
        "put(patched(made(), 0, size=(124, b'\\x80' + bytes(10) + b'\\x08')))", 124..<136,
        [0x80] + [UInt8](repeating: 0, count: 9) + [2, 8]
      ),
      ("put(patched(made(), 0, size=(124, b'         10 ')))", 124..<136, Array("       1010 ".utf8)),
      ("put(patched(made(), 0, size=(124, b'000000000010')))", 124..<136, Array("000000001010".utf8)),
      (
        "put(patched(made(), 0, size=(124, b'10' + bytes(10))))", 124..<136,
        Array("1010".utf8) + [UInt8](repeating: 0, count: 8)
      ),
    ] as [(String, Range<Int>, [UInt8])] {
      let scratch = try Scratch()
      let path = scratch.file("x.tar")
      try Tool.python(Refusal.prelude + "\n" + script, [path])
      let result = Harness.appending(String(repeating: "!", count: 512)).run(path)
      #expect(result.error == nil)
      #expect(try Array(bytes(of: path)[at]) == expected)
    }
  }

  @Test("A signed checksum stays signed")
  func signed() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    let corner = try #require(Corner.all.first { $0.testDescription == "a checksum of signed bytes" })
    try Tool.python(Refusal.prelude + "\n" + corner.script, [path])
    #expect(Harness.appending("!!!!").run(path).committed)
    let header = try bytes(of: path)[..<512].map { Int($0) }
    let stored = try #require(Int(String(decoding: header[148..<154].map { UInt8($0) }, as: UTF8.self), radix: 8))
    let signed = header.enumerated().reduce(0) { sum, byte in
      sum + ((148..<156).contains(byte.offset) ? 32 : byte.element > 127 ? byte.element - 256 : byte.element)
    }
    #expect(stored == signed)
  }

  @Test("Sparse documents are skipped and keep their bytes", arguments: ["gnu", "posix0.0", "posix0.1", "posix1.0"])
  func sparse(_ kind: String) throws {
    let scratch = try Scratch()
    let folder = scratch.file("in")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try Tool.python(
      """
      import sys
      for n in range(3):
          f = open(sys.argv[1] + '/sparse%d.json' % n, 'wb')
          for k in range(1 + 30 * n): f.seek(k * 131072); f.write(b'{"a": %d}' % k)
          f.truncate(8 << 20); f.close()
      open(sys.argv[1] + '/z.json', 'wb').write(b'{}')
      """, [folder])
    let path = scratch.file("x.tar")
    let format = kind == "gnu" ? ["--format=gnu"] : ["--format=posix", "--sparse-version=\(kind.dropFirst(5))"]
    try Tool.run(["tar", "-S"] + format + ["-C", folder, "-cf", path, "."])
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    let result = Harness.appending("!!").run(path)
    #expect(result.error == nil)
    for name in ["sparse0.json", "sparse1.json", "sparse2.json"] { #expect(result.outcome(of: name) == .skipped) }
    #expect(result.outcome(of: "z.json") == .migrated)
    let out = scratch.file("out")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
    try Tool.run(["tar", "-C", out, "-xf", path])
    for name in ["sparse0.json", "sparse1.json", "sparse2.json"] {
      #expect(try bytes(of: folder + "/" + name) == bytes(of: out + "/" + name))
    }
    #expect(try bytes(of: out + "/z.json") == Array("{}!!".utf8))
  }

  @Test("Names that are absolute, climb, are excluded or Uprev's own are no documents")
  func names() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude
        + "\nput(made(members=[(n, b'{}', {}) for n in ('/abs.json', '../up.json', 'a/../b.json', './ok.json', "
        + "'././/ok2.json', 'skip/x.json', '.uprev-run/x.json', 'a/.uprev-x.json')]))", [path])
    var harness = Harness.appending("!")
    harness.excluded = ["skip/*"]
    let result = harness.run(path)
    #expect(result.error == nil)
    let outcomes = result.decisions.map { "\($0.reference.path) \($0.outcome)" }
    #expect(
      outcomes == [
        "/abs.json unmatched", "../up.json unmatched", "a/../b.json unmatched", "ok.json migrated", "ok2.json migrated",
        "skip/x.json skipped", ".uprev-run/x.json skipped", "a/.uprev-x.json skipped",
      ])
  }

  @Test("A document beyond the limit is rejected and keeps its bytes")
  func tooLarge() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      Refusal.prelude + "\nput(made(members=[('a.json', b'a' * 1000, {}), ('b.json', b'b' * 1001, {})]))", [path])
    var harness = Harness.appending("!")
    harness.maximumDocumentSize = 1000
    let result = harness.run(path)
    #expect(result.outcome(of: "a.json") == .migrated)
    #expect(result.outcome(of: "b.json") == .rejected)
    #expect(result.decisions.first { $0.outcome == .rejected }?.error?.code == .tooLarge)
    #expect(try Tool.run(["tar", "-xOf", path, "b.json"]) == String(repeating: "b", count: 1001))
  }

  @Test("Names that are no UTF-8 come as bytes, whatever the locale", arguments: ["ustar", "gnu", "pax"])
  func bytesOfNames(_ format: String) throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(
      """
      import tarfile, sys, io
      f = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}[sys.argv[2]]
      t = tarfile.open(sys.argv[1], 'w', format=f, errors='surrogateescape')
      for n in ('caf\\udce9.json', 'x' * 80 + '/\\u00fc' * 60 + '\\udcff.json' if f != tarfile.USTAR_FORMAT else 'u.json'):
          i = tarfile.TarInfo(n); i.size = 2; t.addfile(i, io.BytesIO(b'{}'))
      t.close()
      """, [path, format])
    let before = scratch.file("before")
    try FileManager.default.copyItem(atPath: path, toPath: before)
    let result = Harness.appending("!!").run(path)
    #expect(result.error == nil)
    #expect(result.count(.migrated) == 2)
    #expect(result.decisions.first?.reference.path.bytes == Array("caf".utf8) + [0xe9] + Array(".json".utf8))
    #expect(try Tool.python(Oracle.compare, [before, path, "!!", "raw"]) == "")
  }
}
