import Foundation
import Testing
import UprevCore
import UprevReport

@testable import UprevArchive

@Suite("Gzip as it is written")
struct GzipOutputTests {
  /// Writes a tar of members, `(name, content)` in `members`, to the first argument.
  private static let prelude = #"""
    import sys, io, random, tarfile, zlib, base64
    r = random.Random(20260101)
    K = 1 << 10; M = 1 << 20
    noise = r.randbytes
    def text(n): return b''.join(b'{"key": %d, "value": "word"}\n' % r.randrange(10**6) for _ in range(n // 26 + 1))[:n]
    def uneven(n, rare): return bytes(r.choices(range(256), weights=[1.0] * 128 + [rare] * 128, k=n))
    def packed(n): return b''.join(zlib.compress(text(40000), 9) for _ in range(n // 9000))
    def finish(members):
        with tarfile.open(sys.argv[1], 'w') as t:
            for n, data in enumerate(members):
                i = tarfile.TarInfo('member_%d' % n); i.size = len(data); t.addfile(i, io.BytesIO(data))
    """#

  /// Prints what is wrong, and nothing else. Arguments: the tar, the gzip, and whether zlib too begins anew at every `mebibytes`.
  private static let check = #"""
    import sys, gzip, zlib, subprocess
    plain = open(sys.argv[1], 'rb').read()
    if gzip.open(sys.argv[2]).read() != plain: print('gzip module: other bytes')
    run = lambda *c: subprocess.run(c, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout
    if run('gzip', '-dc', sys.argv[2]) != plain: print('gzip: other bytes')
    if run('gzip', '-t', sys.argv[2]): print('gzip -t speaks')
    names = run('tar', '-tf', sys.argv[1])
    if run('tar', '-tzf', sys.argv[2]) != names: print('tar: other members')
    if run('bsdtar', '-tf', sys.argv[2]) != names: print('bsdtar: other members')
    c = zlib.compressobj(6, zlib.DEFLATED, 31)
    size = 0
    for at in range(0, len(plain), 1 << 20):
        size += len(c.compress(plain[at:at + (1 << 20)]))
        if sys.argv[3] == 'mebibytes': size += len(c.flush(zlib.Z_FULL_FLUSH))
    size += len(c.flush()); ours = len(open(sys.argv[2], 'rb').read())
    if ours > size + size // 100 + 40: print('%d bytes where zlib takes %d of %d' % (ours, size, len(plain)))
    """#

  private func compress(
    _ content: [UInt8], to path: String, level: Int = 6, threads: Int, pieces: Int = 1 << 20
  ) throws {
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(PathName(path), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    let writer = try GzipWriter(
      FileSink(fileSystem, file, PathName(path), isFlushed: false), PathName(path), level: level,
      threads: threads)
    try content.withBytes { (bytes) throws(TargetError) in
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        try writer.write(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + pieces)]))
      }
    }
    try writer.close()
  }

  @Test(
    "Every reader finds what was written: the same by any number of threads, and no more than zlib gives",
    arguments: [
      ("no members", "finish([])"),
      ("text", "finish([text(3 * M + 5)])"),
      ("noise", "finish([noise(3 * M + 7)])"),
      ("noise and text by turns, in large pieces", "finish([f(300 * K) for _ in range(4) for f in (noise, text)])"),
      ("noise and text by turns, in small pieces", "finish([f(9 * K) for _ in range(90) for f in (noise, text)])"),
      (
        "pieces as large as what is judged at once",
        "finish([f(128 * K - 512) for _ in range(12) for f in (noise, text)])"
      ),
      ("pieces of any size", "finish([r.choice((noise, text))(int(2 ** r.uniform(0, 19))) for _ in range(60)])"),
      ("noise, and text behind it in the last piece", "finish([noise(128 * K), text(60 * K)])"),
      ("the same noise close together", "finish([noise(20 * K)] * 60)"),
      (
        "the same noise close together among other noise",
        "x = noise(20 * K); finish([noise(200 * K), x, x, noise(200 * K)] * 4)"
      ),
      ("the same noise again at some distance", "x = noise(31 * K); finish([x] * 40)"),
      ("the same noise far apart", "x = noise(90 * K); finish([x] * 12)"),
      ("values that are a little uneven", "finish([uneven(M, 0.85)])"),
      ("values that are uneven", "finish([uneven(M, 0.36)])"),
      ("values that are more uneven", "finish([uneven(M, 0.35)])"),
      ("values that are very uneven", "finish([uneven(M, 0.25)])"),
      (
        "noise where samples are taken, text elsewhere",
        "finish([b''.join(noise(6 * K) + text(10 * K - 512) for _ in range(80))])"
      ),
      ("base64 of noise", "finish([base64.b64encode(noise(M))])"),
      ("what is compressed already", "finish([packed(M)])"),
    ])
  func written(_ name: String, _ script: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Self.prelude + "\n" + script, [plain])
    let content = try bytes(of: plain)
    var first: [UInt8]?
    for (threads, pieces) in [(0, 1 << 20), (1, 256 << 10), (2, 99_991), (8, 1 << 22)] {
      let path = scratch.file("\(threads).tar.gz")
      try compress(content, to: path, threads: threads, pieces: pieces)
      let written = try bytes(of: path)
      #expect(written == first ?? written, "\(threads) threads")
      first = written
    }
    // Noise that comes again costs its length once in each member.
    let how = name.contains("the same noise") ? "mebibytes" : "whole"
    #expect(try Tool.python(Self.check, [plain, scratch.file("2.tar.gz"), how]) == "")
  }

  @Test(
    "Documents, alone and with binaries beside them, take no more than with zlib's level of the same number",
    arguments: [0, 2 << 20])
  func levels(binaries: Int) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Corpus.make, [plain, "2500", "\(binaries)"])
    let content = try bytes(of: plain)
    let theirs = try Tool.python(
      """
      import sys, zlib
      for level in range(1, 10):
          c = zlib.compressobj(level, zlib.DEFLATED, 31)
          print(len(c.compress(open(sys.argv[1], 'rb').read())) + len(c.flush()))
      """, [plain]
    ).split(separator: "\n").compactMap { Int($0) }
    try #require(theirs.count == 9)
    var last = Int.max
    for level in 1...12 {
      let path = scratch.file("\(level).tar.gz")
      try compress(content, to: path, level: level, threads: 2)
      let size = try bytes(of: path).count
      #expect(size < last, "level \(level) gives \(size) bytes, the one before \(last)")
      if level <= 9 { #expect(size <= theirs[level - 1], "level \(level)") }
      last = size
    }
    #expect(try Tool.run(["sh", "-c", "gzip -dc '\(scratch.file("12.tar.gz"))' | cmp - '\(plain)'"]) == "")
  }

  @Test("Noise is stored: nothing is gained by compressing it")
  func stored() throws {
    let scratch = try Scratch()
    var random = Seeded(20_260_101)
    let noise = (0..<(1 << 17)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
    let path = scratch.file("x.gz")
    try compress(noise, to: path, threads: 1)
    let written = try bytes(of: path)
    // A header of ten bytes, then a stored block: its kind is in the first bits (RFC 1951 3.2.3), its bytes are as they were.
    #expect(written[10] & 0x06 == 0)
    #expect(Array(written[15..<1015]) == Array(noise[..<1000]))
  }
}
