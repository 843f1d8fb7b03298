import Foundation
import Testing
import UprevArchive
import UprevCore
import UprevReport

/// One archive that must not be rewritten.
struct Refusal: CustomTestStringConvertible, Sendable {
  let testDescription: String
  var name = "x.tar"
  let code: ErrorCode
  /// What the message must say.
  let words: String
  /// Python: `made(**)` gives the bytes of a sound tar, `put(bytes)` writes the file.
  let script: String

  init(_ description: String, _ code: ErrorCode, _ words: String, name: String = "x.tar", _ script: String) {
    testDescription = description
    self.code = code
    self.words = words
    self.name = name
    self.script = script
  }

  static let prelude = #"""
    import tarfile, io, sys, subprocess, gzip, struct
    def put(data): open(sys.argv[1], 'wb').write(data)
    def made(format=tarfile.USTAR_FORMAT, pax_headers={}, members=None, ends=True):
        f = io.BytesIO(); t = tarfile.open(fileobj=f, mode='w', format=format, pax_headers=pax_headers)
        for name, data, more in members or [('a.json', b'{"a": 1}', {}), ('b.json', b'{"b": 2}', {})]:
            i = tarfile.TarInfo(name); i.size = len(data)
            for k, v in more.items(): setattr(i, k, v)
            t.addfile(i, io.BytesIO(data))
        if not ends: return f.getvalue()
        t.close(); return f.getvalue()
    def fix(block):
        b = bytearray(block); b[148:156] = b' ' * 8
        b[148:156] = b'%06o\0 ' % sum(b); return bytes(b)
    def patched(data, at, **fields):
        b = bytearray(data[at:at + 512])
        for (start, value) in fields.values(): b[start:start + len(value)] = value
        return data[:at] + fix(b) + data[at + 512:]
    def run(*command, input): return subprocess.run(command, input=input, stdout=subprocess.PIPE, check=True).stdout
    """#

  static let all: [Refusal] = [
    Refusal("two archives, one after the other", .archiveUnsupported, "another tar follows", "put(made() + made())"),
    Refusal(
      "two archives without padding", .archiveUnsupported, "another tar follows",
      "put(made()[:2048 + 1024] + made())"),
    Refusal(
      "a lone zero block before more", .archiveDamaged, "lone zero block", "put(made(ends=False) + bytes(512) + made())"
    ),
    Refusal("a lone zero block at the end", .archiveDamaged, "lone zero block", "put(made(ends=False) + bytes(512))"),
    Refusal("half a second zero block", .archiveDamaged, "lone zero block", "put(made(ends=False) + bytes(1023))"),
    Refusal("no end-of-archive blocks", .archiveDamaged, "without the two zero blocks", "put(made(ends=False))"),
    Refusal("trailing bytes", .archiveDamaged, "follow the end", "put(made() + b'trailing')"),
    Refusal("a trailing byte far behind", .archiveDamaged, "follow the end", "put(made() + bytes(1000000) + b'x')"),
    Refusal("a trailing block", .archiveDamaged, "follow the end", "put(made() + b'y' * 512)"),
    Refusal("no archive under an archive's name", .archiveDamaged, "content is none", #"put(b'{"version": 1}' * 100)"#),
    Refusal("an empty file under an archive's name", .archiveDamaged, "content is none", "put(b'')"),
    Refusal(
      "a file that begins with LRZI", .archiveDamaged, "content is none", name: "x.tar.lrz", "put(b'LRZI' + made())"),
    Refusal("LRZI under the name of a tar", .archiveDamaged, "content is none", "put(b'LRZI' + made())"),
    Refusal(
      "a symbolic link with a size", .archiveUnsupported, "is no regular file but has a size",
      """
      data = made(members=[('l', b'x' * 8, {}), ('b.json', b'{}', {})])
      put(patched(data, 0, type=(156, b'2'), link=(157, b'b.json')))
      """),
    Refusal(
      "a hard link with a size", .archiveUnsupported, "is no regular file but has a size",
      """
      data = made(members=[('l', b'x' * 8, {}), ('b.json', b'{}', {})])
      put(patched(data, 0, type=(156, b'1'), link=(157, b'b.json')))
      """),
    Refusal(
      "a folder with a size", .archiveUnsupported, "is no regular file but has a size",
      "put(patched(made(), 0, type=(156, b'5')))"),
    Refusal(
      "a global pax size", .archiveUnsupported, "global header sets “size”",
      "put(made(tarfile.PAX_FORMAT, {'size': '8'}))"),
    Refusal(
      "a global pax path", .archiveUnsupported, "global header sets “path”",
      "put(made(tarfile.PAX_FORMAT, {'path': 'x'}))"),
    Refusal(
      "a global pax linkpath", .archiveUnsupported, "global header sets “linkpath”",
      "put(made(tarfile.PAX_FORMAT, {'linkpath': 'x'}))"),
    Refusal(
      "header and pax sizes that disagree", .archiveUnsupported, "disagree about a size",
      "put(made(tarfile.PAX_FORMAT, members=[('a.json', b'{\"a\": 1}', {'pax_headers': {'size': '7'}})]))"),
    Refusal(
      "the rest of a member of another volume", .archiveUnsupported, "one volume of several",
      "put(patched(made(), 0, type=(156, b'M')))"),
    Refusal(
      "a pax volume", .archiveUnsupported, "one volume of several",
      "put(made(tarfile.PAX_FORMAT, {'GNU.volume.filename': 'x', 'GNU.volume.size': '9', 'GNU.volume.offset': '3'}))"),
    Refusal(
      "a wrong header checksum", .archiveDamaged, "wrong checksum",
      "d = bytearray(made()); d[1024 + 5] ^= 1; put(bytes(d))"),
    Refusal(
      "a size that is no number", .archiveDamaged, "no number",
      "put(patched(made(), 1024, size=(124, b'0000000zz10')))"),
    Refusal(
      "a size below zero", .archiveDamaged, "no number",
      "put(patched(made(), 1024, size=(124, b'\\xff' * 12)))"),
    Refusal(
      "a size beyond all bounds", .archiveDamaged, "no number",
      "put(patched(made(), 1024, size=(124, b'\\x80\\0\\0\\0\\x7f' + b'\\xff' * 7)))"),
    Refusal(
      "a size beyond the end", .archiveDamaged, "ends inside the member “b.json”",
      "put(patched(made(), 1024, size=(124, b'00000200000')))"),
    Refusal(
      "a malformed extended header", .archiveDamaged, "malformed",
      "d = made(tarfile.PAX_FORMAT, members=[('a.json', b'{}', {'pax_headers': {'comment': 'x'}})])\n"
        + "put(d.replace(b'13 comment=x\\n', b'14 comment=x\\n'))"),
    Refusal(
      "an extended header without a member", .archiveDamaged, "has no member",
      "d = made(tarfile.PAX_FORMAT, members=[('a.json', b'{}', {'pax_headers': {'comment': 'x'}})])\n"
        + "put(d[:1024] + bytes(10240))"),
    Refusal(
      "two extended headers for one member", .archiveUnsupported, "described twice",
      "d = made(tarfile.PAX_FORMAT, members=[('a.json', b'{}', {'pax_headers': {'comment': 'x'}})])\n"
        + "put(d[:1024] + d)"),
    Refusal(
      "thousands of global headers in a row", .limitExceeded, "more extended headers",
      "d = made(tarfile.PAX_FORMAT, {'comment': 'x'}); put(d[:1024] * 5000 + d)"),
    Refusal(
      "an extended header of 2 MiB", .limitExceeded, "larger than 1 MiB",
      "put(made(tarfile.PAX_FORMAT, members=[('a.json', b'{}', {'pax_headers': {'comment': 'x' * (2 << 20)}})]))"),
    Refusal(
      "gzip with a wrong CRC", .archiveDamaged, "gzip", name: "x.tar.gz",
      "d = bytearray(gzip.compress(made())); d[-8] ^= 1; put(bytes(d))"),
    Refusal(
      "gzip with a wrong length", .archiveDamaged, "gzip", name: "x.tar.gz",
      "d = bytearray(gzip.compress(made())); d[-1] ^= 1; put(bytes(d))"),
    Refusal(
      "gzip with a wrong CRC in its first of two members", .archiveDamaged, "gzip", name: "x.tar.gz",
      "m = made(); d = bytearray(gzip.compress(m[:999])); d[-8] ^= 1; put(bytes(d) + gzip.compress(m[999:]))"),
    Refusal(
      "zstd with a wrong checksum", .archiveDamaged, "zstd", name: "x.tar.zst",
      "d = bytearray(run('zstd', '-qc', '--check', input=made())); d[-1] ^= 1; put(bytes(d))"),
    Refusal(
      "xz with a wrong CRC", .archiveDamaged, "xz", name: "x.tar.xz",
      "d = bytearray(run('xz', '-c', input=made())); d[-40] ^= 1; put(bytes(d))"),
    Refusal(
      "bzip2 with a wrong CRC", .archiveDamaged, "bzip2", name: "x.tar.bz2",
      "d = bytearray(run('bzip2', '-c', input=made())); d[-3] ^= 1; put(bytes(d))"),
    Refusal(
      "lz4 with a wrong checksum", .archiveDamaged, "lz4", name: "x.tar.lz4",
      "d = bytearray(run('lz4', '-qc', input=made())); d[-2] ^= 1; put(bytes(d))"),
    Refusal(
      "zeros after the last xz stream", .archiveUnsupported, "zeros follow its last xz stream", name: "x.tar.xz",
      "put(run('xz', '-c', input=made()) + bytes(8))"),
    Refusal(
      "gzip inside gzip", .archiveUnsupported, "compressed twice", name: "x.tar.gz",
      "put(gzip.compress(gzip.compress(made())))"),
    Refusal(
      "zstd inside gzip", .archiveUnsupported, "compressed twice", name: "x.tar.gz",
      "put(gzip.compress(run('zstd', '-qc', input=made())))"),
    Refusal(
      "zstd inside zstd", .archiveUnsupported, "compressed twice", name: "x.tar.zst",
      "put(run('zstd', '-qc', input=run('zstd', '-qc', input=made())))"),
    Refusal(
      "pzstd's skippable frame", .archiveUnsupported, "skippable frame", name: "x.tar.zst",
      "put(b'\\x50\\x2a\\x4d\\x18\\4\\0\\0\\0abcd' + run('zstd', '-qc', input=made()))"),
    Refusal(
      "no archive inside gzip", .archiveDamaged, "content is none", name: "x.tgz",
      #"put(gzip.compress(b'{"version": 1}' * 100))"#),
    Refusal("nothing inside gzip", .archiveDamaged, "content is none", name: "x.tgz", "put(gzip.compress(b''))"),
  ]

  /// Garbage of several lengths after the last frame: libarchive itself consumes four bytes more of lz4.
  static let garbage: [Refusal] = ["gz", "zst", "xz", "bz2", "lz4"].flatMap { filter in
    [1, 3, 4, 5, 8, 512].map { count in
      let tool = ["gz": "gzip", "zst": "zstd", "xz": "xz", "bz2": "bzip2", "lz4": "lz4"][filter] ?? ""
      return Refusal(
        "\(count) bytes after the last \(tool) frame", .archiveDamaged, tool, name: "x.tar.\(filter)",
        "put(run('\(tool)', '-qc', input=made()) + b'G' * \(count))")
    }
  }
}

@Suite("Archives that are refused")
struct RefusalTests {
  private func refused(_ path: String, _ harness: Harness) -> TargetError? {
    let result = harness.run(path)
    #expect(!result.committed)
    return result.error
  }

  @Test("Is refused, untouched, whether or not anything is to change", arguments: Refusal.all + Refusal.garbage)
  func isRefused(_ refusal: Refusal) throws {
    let scratch = try Scratch()
    let path = scratch.file(refusal.name)
    try Tool.python(Refusal.prelude + "\n" + refusal.script, [path])
    let before = try bytes(of: path)
    for harness in [Harness.appending("   "), .unchanging] {
      let error = refused(path, harness)
      #expect(error?.code == refusal.code)
      #expect(error?.report.message.contains(refusal.words) == true, "\(error?.report.message ?? "no error")")
      #expect(try bytes(of: path) == before)
      #expect(try scratch.names() == [refusal.name])
    }
  }

  @Test("An archive cut off at any block, or between, is damaged and untouched")
  func truncated() throws {
    let scratch = try Scratch()
    let whole = scratch.file("whole")
    try Tool.python(
      Refusal.prelude + "\nput(made(tarfile.PAX_FORMAT, {'comment': 'g'}, [('n' * 120 + '.json', b'{}', {}), "
        + "('big', b'b' * 3000, {}), ('a.json', b'a' * 700, {})]))", [whole])
    let all = try bytes(of: whole)
    let end = try #require((0..<all.count / 512).first { all[($0 * 512)...].allSatisfy { $0 == 0 } }) * 512
    for length in stride(from: 256, to: end + 1024, by: 256) {
      let path = try scratch.write("x.tar", Array(all[..<length]))
      let error = refused(path, .appending("  "))
      #expect(error?.code == .archiveDamaged, "cut at \(length)")
      #expect(try bytes(of: path) == Array(all[..<length]))
    }
    #expect(try scratch.names() == ["whole", "x.tar"])
    let path = try scratch.write("x.tar", Array(all[..<(end + 1024)]))
    let result = Harness.appending("  ").run(path)
    #expect(result.error == nil)
    #expect(result.committed)
    #expect(try bytes(of: path).count == end + 1024)
  }

  @Test(
    "A compressed archive cut off anywhere is damaged and untouched", arguments: ["gzip", "zstd", "xz", "bzip2", "lz4"])
  func truncatedFilter(_ tool: String) throws {
    let scratch = try Scratch()
    let suffix = ["gzip": "gz", "zstd": "zst", "xz": "xz", "bzip2": "bz2", "lz4": "lz4"][tool] ?? ""
    let whole = scratch.file("whole")
    try Tool.python(
      Refusal.prelude
        + "\nimport random\nput(run('\(tool)', '-qc', input=made(members=[('r', random.Random(3).randbytes(2000), {}),"
        + "('a.json', b'{}', {})])))", [whole])
    let all = try bytes(of: whole)
    for length in Array(stride(from: 1, to: all.count, by: 97)) + (1...12).map({ all.count - $0 }) {
      let path = try scratch.write("x.tar.\(suffix)", Array(all[..<length]))
      #expect(refused(path, .appending("  "))?.code == .archiveDamaged, "cut at \(length)")
      #expect(try bytes(of: path) == Array(all[..<length]))
    }
    #expect(try scratch.names() == ["whole", "x.tar.\(suffix)"])
  }

  @Test("No program is run for a file that begins with LRZI")
  func noProgram() throws {
    let scratch = try Scratch()
    let folder = scratch.file("bin")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let fake = folder + "/lrzip"
    try Data("#!/bin/sh\ntouch \(scratch.file("ran"))\n".utf8).write(to: URL(fileURLWithPath: fake))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
    let old = ProcessInfo.processInfo.environment["PATH"] ?? ""
    setenv("PATH", folder + ":" + old, 1)
    defer { setenv("PATH", old, 1) }
    let path = try scratch.write("x.tar", Array("LRZI".utf8) + [UInt8](repeating: 0, count: 4096))
    #expect(refused(path, .appending(" "))?.code == .archiveDamaged)
    let document = try scratch.write("x.json", Array("LRZI".utf8) + [UInt8](repeating: 0, count: 4096))
    #expect(try ArchiveContainerOpener(LocalFileSystem()).open(PathName(document)) == nil)
    #expect(!FileManager.default.fileExists(atPath: scratch.file("ran")))
  }
}
