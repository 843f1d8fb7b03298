import Foundation
import LosslessJSON
import Testing
import UprevArchive
import UprevCore
import UprevReport

@Suite("Copies with another name")
struct CopyTests {
  static let outputs = [
    "y.tar", "y.tar.gz", "y.tgz", "y.tar.zst", "y.tzst", "y.tar.xz", "y.txz", "y.tar.bz2", "y.tar.lz4",
  ]

  @Test("A tar is copied to a tar of any filter, raw blocks and all", arguments: outputs)
  func tarToTar(_ output: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", "pax"])
    let path = try TarInPlaceTests.compress(plain, "tar.gz", scratch)
    let before = try bytes(of: path)
    let result = Harness.appending("!!").run(path, to: scratch.file(output))
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == ["x.tar", "x.tar.gz", output])
    #expect(try Tool.python(Oracle.compare, [path, scratch.file(output), "!!", "raw"]) == "")
  }

  @Test("A copy in which nothing changes is the same tar")
  func unchanged() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(Oracle.make, [path, "w", "gnu"])
    let result = Harness.unchanging.run(path, to: scratch.file("y.tar"))
    #expect(result.committed)
    #expect(try bytes(of: path) == bytes(of: scratch.file("y.tar")))
  }

  @Test("An output that exists is left alone")
  func exists() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(Oracle.make, [path, "w", "gnu"])
    let output = try scratch.write("y.tar", [1, 2, 3])
    let result = Harness.unchanging.run(path, to: output)
    #expect(result.error?.code == .writeFailed)
    #expect(result.error?.report.message.contains("exists already") == true)
    #expect(try bytes(of: output) == [1, 2, 3])
    #expect(try scratch.names() == ["x.tar", "y.tar"])
  }

  @Test("A damaged archive leaves no copy")
  func damaged() throws {
    let scratch = try Scratch()
    let path = scratch.file("x.tar")
    try Tool.python(Oracle.make, [path, "w", "gnu"])
    let all = try bytes(of: path)
    _ = try scratch.write("x.tar", Array(all[..<(all.count - 10240)]))
    let result = Harness.appending("!").run(path, to: scratch.file("y.tar.zst"))
    #expect(result.error?.code == .archiveDamaged)
    #expect(try scratch.names() == ["x.tar"])
  }

  @Test("Only names of tars can be copied to")
  func canCopy() {
    let opener = ArchiveContainerOpener(LocalFileSystem())
    for name in Self.outputs {
      #expect(opener.canCopy(.archive, to: PathName(name)))
      #expect(opener.canCopy(.tree, to: PathName("folder/" + name)))
    }
    for name in ["y", "tar", ".tar", "folder.tar/y", "y.zip", "y.cpio", "y.7z", "y.tar.lrz", "y.json"] {
      #expect(!opener.canCopy(.archive, to: PathName(name)), "\(name)")
      #expect(!opener.canCopy(.tree, to: PathName(name)), "\(name)")
    }
  }

  /// Makes a folder and an archive of it.
  private func entries(_ kind: String, _ scratch: Scratch) throws -> String {
    let folder = scratch.file("in")
    try Tool.python(
      """
      import os, sys, random
      os.makedirs('cache/empty'); r = random.Random(5)
      for n in range(20): open('cache/doc_%d.json' % n, 'wb').write(b'{"n": %d}' % n)
      open('cache/big', 'wb').write(r.randbytes(1500000)); open('cache/nothing', 'wb').close()
      open('cache/sch\\u00f6n.json', 'wb').write(b'{}'); os.chmod('cache/doc_3.json', 0o600)
      os.symlink('doc_1.json', 'cache/link.json')
      for p, d, f in os.walk('.'):
          for n in f: os.utime(os.path.join(p, n), (1700000000, 1700000000), follow_symlinks=False)
      """, [],
      in: try {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false); return folder
      }())
    let path = scratch.file("x." + kind)
    switch kind {
    case "zip": try Tool.run(["zip", "-qry", path, "cache"], in: folder)
    case "7z": try Tool.run(["bsdtar", "--format", "7zip", "-cf", path, "cache"], in: folder)
    case "cpio.zst":
      try Tool.run(["sh", "-c", "LC_ALL=C.UTF-8 bsdtar --format newc -cf - cache | zstd -qc > \(path)"], in: folder)
    case "odc.cpio":
      try Tool.run(["bsdtar", "--format", "odc", "-cf", path, "cache"], in: folder, environment: ["LC_ALL": "C.UTF-8"])
    default:
      try Tool.run(
        ["bsdtar", "--format", "newc", "-cf", path, "cache"], in: folder, environment: ["LC_ALL": "C.UTF-8"])
    }
    return path
  }

  @Test(
    "A cpio, zip or 7zip becomes a pax archive with the same files",
    arguments: ["cpio", "odc.cpio", "cpio.zst", "zip", "7z"])
  func entriesToTar(_ kind: String) throws {
    let scratch = try Scratch()
    let path = try entries(kind, scratch)
    let before = try bytes(of: path)
    let output = scratch.file("y.tar.zst")
    let result = Harness.appending("!!").run(path, to: output)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.warnings.isEmpty)
    #expect(try bytes(of: path) == before)
    #expect(result.count(.migrated) == 21)
    #expect(result.outcome(of: "cache/schön.json") == .migrated)
    #expect(result.outcome(of: "cache/link.json") == .skipped)
    let out = scratch.file("out")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
    try Tool.run(["tar", "-C", out, "-xf", output])
    let differences = try Tool.python(
      """
      import os, sys
      a, b = sys.argv[1:]
      def tree(top):
          r = {}
          for p, d, f in os.walk(top):
              for n in d + f:
                  q = os.path.join(p, n); s = os.lstat(q)
                  k = os.path.relpath(q, top)
                  r[k] = (oct(s.st_mode), os.readlink(q) if os.path.islink(q) else int(s.st_mtime) if n in f else None,
                          None if os.path.islink(q) or n in d else open(q, 'rb').read())
          return r
      x, y = tree(a), tree(b)
      for k in sorted(set(x) | set(y)):
          u = x.get(k); v = y.get(k)
          if u and u[2] is not None and k.endswith('.json'): u = (u[0], u[1], u[2] + b'!!')
          if u != v: print(k, u and u[:2], v and v[:2])
      """, [scratch.file("in"), out])
    #expect(differences == "")
  }

  @Test(
    "A cpio, zip or 7zip is not changed in place, but is fine where nothing changes", arguments: ["cpio", "zip", "7z"])
  func entriesInPlace(_ kind: String) throws {
    let scratch = try Scratch()
    let path = try entries(kind, scratch)
    let before = try bytes(of: path)
    let unchanged = Harness.unchanging.run(path)
    #expect(unchanged.error == nil)
    #expect(unchanged.committed)
    #expect(unchanged.count(.current) == 21)
    let changed = Harness.appending("!").run(path)
    #expect(!changed.committed)
    #expect(changed.error?.code == .archiveUnsupported)
    #expect(changed.error?.report.message.contains("--output NAME.tar.zst") == true)
    #expect(try bytes(of: path) == before)
    #expect(try scratch.names() == ["in", "x." + kind])
  }

  @Test("Hard links of an old cpio stay; a new cpio with hard links is not copied", arguments: ["odc", "newc"])
  func hardLinks(_ format: String) throws {
    let scratch = try Scratch()
    let folder = scratch.file("in")
    try Tool.python(
      "import os, sys; os.mkdir(sys.argv[1]); os.chdir(sys.argv[1]); open('a', 'w').write('hello')\n"
        + "for n in ('b', 'c.json', 'd.json'): os.link('a', n)\nopen('z.json', 'w').write('{}')", [folder])
    let path = scratch.file("x.cpio")
    try Tool.run(["bsdtar", "--format", format, "-cf", path, "a", "b", "c.json", "d.json", "z.json"], in: folder)
    let output = scratch.file("y.tar")
    let result = Harness.appending("!").run(path, to: output)
    if format == "newc" {
      #expect(result.error?.code == .archiveUnsupported)
      #expect(try scratch.names() == ["in", "x.cpio"])
    } else {
      #expect(result.error == nil)
      let out = scratch.file("out")
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
      try Tool.run(["tar", "-C", out, "-xf", output])
      for name in ["a", "b", "c.json", "d.json"] { #expect(try bytes(of: out + "/" + name) == Array("hello".utf8)) }
      #expect(try FileManager.default.attributesOfItem(atPath: out + "/a")[.referenceCount] as? Int == 4)
      #expect(try bytes(of: out + "/z.json") == Array("{}!".utf8))
    }
    let reading = Harness.unchanging.run(path)
    #expect(reading.error == nil)
    #expect(reading.outcome(of: "c.json") == .skipped)
    #expect(reading.outcome(of: "z.json") == .current)
  }

  @Test("The checksum of a compressed cpio is checked to its end")
  func compressedCpio() throws {
    let scratch = try Scratch()
    let plain = try entries("cpio", scratch)
    let path = scratch.file("y.cpio.gz")
    try Tool.python(
      "import gzip, sys; d = bytearray(gzip.compress(open(sys.argv[1], 'rb').read())); d[-7] ^= 1\n"
        + "open(sys.argv[2], 'wb').write(d)", [plain, path])
    #expect(Harness.unchanging.run(path).error?.code == .archiveDamaged)
  }

  @Test("A truncated or corrupted cpio, zip or 7zip is damaged", arguments: ["cpio", "zip", "7z"])
  func entriesDamaged(_ kind: String) throws {
    let scratch = try Scratch()
    let path = try entries(kind, scratch)
    let all = try bytes(of: path)
    _ = try scratch.write("x." + kind, Array(all[..<(all.count / 2)]))
    #expect(Harness.unchanging.run(path).error?.code == .archiveDamaged)
    #expect(Harness.unchanging.run(path, to: scratch.file("y.tar")).error?.code == .archiveDamaged)
    if kind != "cpio" {
      var flipped = all
      flipped[all.count / 2] ^= 1
      _ = try scratch.write("x." + kind, flipped)
      #expect(Harness.unchanging.run(path, to: scratch.file("y.tar")).error?.code == .archiveDamaged)
    }
    #expect(try scratch.names() == ["in", "x." + kind])
  }
}
