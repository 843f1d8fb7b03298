import Foundation
import LosslessJSON
import Testing
import UprevArchive
import UprevCore
import UprevReport

@Suite("Trees written as archives")
struct TreeToArchiveTests {
  private static let make = #"""
    import os, sys, socket
    os.chdir(sys.argv[1])
    os.makedirs('tree/sub/empty'); os.chdir('tree')
    for n in range(5): open('doc_%d.json' % n, 'wb').write(b'{"n": %d}' % n)
    open('sub/deep.json', 'wb').write(b'{"deep": 1}'); open('sub/nothing', 'wb').close()
    open('sub/big', 'wb').write(os.urandom(3000000)); open('sub/' + 'n' * 200 + '.json', 'wb').write(b'{}')
    open(b'caf\xe9.json', 'wb').write(b'{}'); open('sch\u00f6n.json', 'wb').write(b'{}')
    os.symlink('doc_1.json', 'link.json'); os.symlink('/nowhere', 'broken')
    os.link('sub/big', 'sub/bigger'); os.mkfifo('pipe'); os.chmod('doc_2.json', 0o600); os.chmod('sub', 0o751)
    os.setxattr('doc_3.json', 'user.note', b'\0binary\xff'); os.setxattr('sub/big', 'user.big', b'yes')
    s = socket.socket(socket.AF_UNIX); s.bind('socket')
    if os.geteuid() == 0: os.chown('doc_4.json', 1234, 4321)
    for p, d, f in os.walk('.', topdown=False):
        for n in f + ['.']: os.utime(os.path.join(p, n), ns=(1700000000123456789, 1700000000987654321), follow_symlinks=False)
    """#

  /// Prints what differs between a tree and an archive of it.
  private static let compare = #"""
    import os, sys, tarfile, stat, subprocess, io
    top, path, suffix = sys.argv[1:4]; suffix = suffix.encode()
    data = subprocess.run({'st': ['zstd', '-dc', path], 'gz': ['gzip', '-dc', path]}.get(path[-2:], ['cat', path]), stdout=subprocess.PIPE, check=True).stdout
    t = tarfile.open(fileobj=io.BytesIO(data), errors='surrogateescape')
    found = {os.path.normpath(m.name): m for m in t.getmembers()}
    if len(found) != len(t.getmembers()): print('doubled names')
    expected = {'.': top}
    for p, d, f in os.walk(top):
        for n in d + f: expected[os.path.relpath(os.path.join(p, n), top)] = os.path.join(p, n)
    del expected['socket']
    if set(found) != set(expected): print('names', set(found) ^ set(expected))
    for name, where in expected.items():
        if name not in found: continue
        m = found[name]; s = os.lstat(where)
        kind = {stat.S_IFREG: tarfile.REGTYPE, stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE, stat.S_IFIFO: tarfile.FIFOTYPE}[stat.S_IFMT(s.st_mode)]
        if m.type == tarfile.LNKTYPE:
            if not os.path.samefile(where, os.path.join(top, m.linkname)): print(name, 'link', m.linkname)
        elif m.type != kind: print(name, 'kind', m.type)
        if m.mode != stat.S_IMODE(s.st_mode): print(name, 'mode', oct(m.mode))
        if (m.uid, m.gid) != (s.st_uid, s.st_gid): print(name, 'owner')
        if m.type != tarfile.LNKTYPE and m.pax_headers.get('mtime') != '1700000000.987654321': print(name, 'mtime', m.pax_headers)
        if m.type == tarfile.SYMTYPE and m.linkname != os.readlink(where): print(name, 'destination')
        if m.type == tarfile.REGTYPE:
            want = open(where, 'rb').read() + (suffix if name.endswith('.json') else b'')
            if t.extractfile(m).read() != want: print(name, 'data')
            for x in os.listxattr(where):
                if m.pax_headers.get('SCHILY.xattr.' + x, '').encode('utf-8', 'surrogateescape') != os.getxattr(where, x): print(name, 'xattr', m.pax_headers)
    if sorted(m.type for m in found.values()).count(tarfile.LNKTYPE) != 1: print('hard links')
    """#

  private func copy(_ tree: String, _ output: String, _ harness: Harness) throws -> Migration {
    var result = Migration()
    let container = try #require(try TreeOpener().open(PathName(tree)))
    let claims = Claims(formats: [[try Glob("*.json")]], excluded: [])
    do {
      try harness.copy(container, to: output, claims, ArchiveContainerOpener(LocalFileSystem()), &result)
    } catch let error as TargetError {
      result.error = error
    }
    return result
  }

  @Test(
    "Names, modes, owners, times, attributes and links are all there", arguments: ["y.tar", "y.tar.zst", "y.tar.gz"])
  func treeToTar(_ name: String) throws {
    let scratch = try Scratch()
    try Tool.python(Self.make, [scratch.path])
    let output = scratch.file(name)
    let result = try copy(scratch.file("tree"), output, .appending("!!"))
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(result.count(.migrated) == 9)
    // A socket has no place in a tar.
    #expect(result.warnings.map(\.code) == [.notCopied])
    #expect(try Tool.python(Self.compare, [scratch.file("tree"), output, "!!"]) == "")
    #expect(try Tool.run(["tar", "-tf", output]).split(separator: "\n").count == 18)
    #expect(try Tool.run(["bsdtar", "-tf", output]).split(separator: "\n").count == 18)
    #expect(try scratch.names() == ["tree", name])
    let mode = try FileManager.default.attributesOfItem(atPath: output)[.posixPermissions] as? Int
    let root = try FileManager.default.attributesOfItem(atPath: scratch.file("tree"))[.posixPermissions] as? Int
    #expect(mode == root.map { $0 & 0o666 })
  }

  @Test("A tree of one file becomes an archive of one member")
  func single() throws {
    let scratch = try Scratch()
    let path = try scratch.write("a.json", Array(#"{"a": 1}"#.utf8))
    let result = try copy(path, scratch.file("y.tar"), .appending("!"))
    #expect(result.committed)
    #expect(try Tool.run(["tar", "-xOf", scratch.file("y.tar"), "a.json"]) == #"{"a": 1}!"#)
  }

  @Test("An output inside the tree is refused, and nothing is written")
  func inside() throws {
    let scratch = try Scratch()
    try Tool.python(Self.make, [scratch.path])
    let result = try copy(scratch.file("tree"), scratch.file("tree/sub/y.tar"), .appending("!!"))
    #expect(result.error?.report.message.contains("inside the target") == true)
    #expect(!FileManager.default.fileExists(atPath: scratch.file("tree/sub/y.tar")))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.file("tree/sub")).filter { $0.hasPrefix(".") } == [])
  }
}
