import Foundation
import Testing
import UprevCore
import UprevReport

@testable import UprevArchive

@Suite("Gzip, member by member")
struct GzipMembersTests {
  /// What reading a file came to.
  private enum Verdict: Equatable {
    case content(sha256: String, count: Int)
    case refused(ErrorCode)
  }

  private struct Reading {
    var verdict: Verdict
    var message = ""
    var blocks = 0
    /// Bytes of memory of all blocks.
    var memory = 0
  }

  private func read(_ path: String, triesWhole: Bool = true, ahead: Bool = false) throws -> Reading {
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(PathName(path), in: nil, [.readOnly], mode: 0)
    var result = Reading(verdict: .content(sha256: "", count: 0))
    do throws(TargetError) {
      let reader = try FilterReader(
        fileSystem, file, path: PathName(path), filter: .gzip, triesWholeMembers: triesWhole)
      let source: any BlockSource = ahead ? ReadAhead(reader) : reader
      var hash = SHA256()
      var count = 0
      while let block = try source.nextBlock() {
        hash.update(block.bytes)
        count += block.count
        result.blocks += 1
        result.memory += block.memory.count
      }
      result.verdict = .content(sha256: hex(hash.finish()), count: count)
    } catch {
      result.verdict = .refused(error.code)
      result.message = error.report.message
    }
    return result
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }

  /// What zlib says by itself, through Python: of every file a line, its content's hash and length, or `refused`.
  private static let zlibAlone = #"""
    import sys, zlib, hashlib
    for path in sys.stdin.read().split():
        data = open(path, 'rb').read(); at = 0; h = hashlib.sha256(); n = 0; sound = bool(data)
        while sound and at < len(data):
            d = zlib.decompressobj(31)
            try:
                out = d.decompress(data[at:])
            except zlib.error:
                sound = False; break
            if not d.eof: sound = False; break
            h.update(out); n += len(out); at = len(data) - len(d.unused_data)
        print(h.hexdigest() + ' ' + str(n) if sound else 'refused')
    """#

  private func zlibAlone(_ paths: [String]) throws -> [Verdict] {
    let script = Self.zlibAlone.replacing("sys.stdin.read()", with: "open(sys.argv[1]).read()")
    let list = NSTemporaryDirectory() + "uprev-list-" + UUID().uuidString
    try paths.joined(separator: "\n").write(toFile: list, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: list) }
    return try Tool.python(script, [list]).split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let count = Int(parts[1]) else { return .refused(.archiveDamaged) }
      return .content(sha256: String(parts[0]), count: count)
    }
  }

  /// `member(data, …)` gives one gzip member, `noise(n)` and `text(n)` give content, `put(bytes)` writes the file.
  private static let prelude = #"""
    import sys, zlib, random, struct
    r = random.Random(20260101)
    def put(data): open(sys.argv[1], 'wb').write(data)
    def noise(n): return r.randbytes(n)
    def text(n): return (b'{"key": %d, "value": "%s"}\n' % (r.randrange(10**6), b'word ' * 9)) * (n // 60 + 1) if n < 60 \
        else b''.join(b'{"key": %d, "value": "word"}\n' % r.randrange(10**6) for _ in range(n // 26 + 1))[:n]
    def member(data, level=6, extra=None, name=None, comment=None, hcrc=False, raw=None):
        flags = (extra is not None) * 4 + (name is not None) * 8 + (comment is not None) * 16 + hcrc * 2
        h = b'\x1f\x8b\x08' + bytes([flags]) + struct.pack('<I', 1700000000) + b'\0\xff'
        if extra is not None: h += struct.pack('<H', len(extra)) + extra
        if name is not None: h += name + b'\0'
        if comment is not None: h += comment + b'\0'
        if hcrc: h += struct.pack('<H', zlib.crc32(h) & 0xffff)
        c = zlib.compressobj(level, zlib.DEFLATED, -15)
        body = c.compress(data) + c.flush() if raw is None else raw
        return h + body + struct.pack('<II', zlib.crc32(data), len(data) & 0xffffffff)
    M = 1 << 20
    """#

  @Test(
    "Any row of members is read as zlib reads it, with and without whole members",
    arguments: [
      ("one member of 1 MiB - 1", "put(member(text(M - 1)))"),
      ("one member of 1 MiB", "put(member(text(M)))"),
      ("one member of 1 MiB + 1", "put(member(text(M + 1)))"),
      ("noise of 1 MiB - 1, 1 MiB, 1 MiB + 1", "put(b''.join(member(noise(M + n)) for n in (-1, 0, 1)))"),
      ("one member of 5 MiB", "put(member(text(5 * M)))"),
      ("larger and larger members", "put(b''.join(member(text(n)) for n in (1, M - 1, M, M + 1, 2 * M, 1, M)))"),
      ("no content", "put(member(b''))"),
      ("thousands of empty members", "put(member(b'') * 5000)"),
      ("content between empty members", "put((member(b'') * 300 + member(text(700000))) * 4 + member(b'') * 3)"),
      ("thousands of tiny members", "put(b''.join(member(bytes([n % 251])) for n in range(9000)))"),
      ("tiny members after one of 1 MiB", "put(member(text(M)) + b''.join(member(b'%d' % n) for n in range(9000)))"),
      ("tiny members between large ones", "put(b''.join(member(text(M - n % 3)) + member(b'x') for n in range(8)))"),
      ("sizes at random", "put(b''.join(member(text(int(2 ** r.uniform(0, 20.5)))) for _ in range(60)))"),
      ("more than a block reads at once", "put(b''.join(member(noise(M - 1)) + member(noise(3)) for _ in range(5)))"),
      (
        "members too large, then small ones",
        "put(b''.join(member(text(M + n)) for n in range(1, 6)) + member(b'x') * 99)"
      ),
      (
        "a member of 2 MiB that holds little",
        "put(member(b'ab', raw=b'\\0\\0\\0\\xff\\xff' * 500000 + b'\\1\\2\\0\\xfd\\xffab'))"
      ),
      ("an extra field", "put(member(text(5000), extra=b'BC\\2\\0\\0\\0') * 2)"),
      ("the largest extra field", "put(member(text(5000), extra=bytes(65535)) * 2)"),
      ("a name and a comment", "put(member(text(5000), name=b'a.tar', comment=b'said of it') * 2)"),
      ("a name of 3 MiB", "put(member(b'x') + member(text(5000), name=b'n' * 3 * M) + member(b'y'))"),
      ("a header with a CRC", "put(member(b'x') + member(text(5000), name=b'n', hcrc=True) + member(b'y') * 3)"),
      ("all fields at once", "put(member(noise(99), extra=b'', name=b'', comment=b'c', hcrc=True) * 5)"),
      ("thousands of headers with a CRC", "put(b''.join(member(b'%d' % n, hcrc=True) for n in range(3000)))"),
      ("stored, fast and best", "put(b''.join(member(text(300000), level=n) for n in (0, 1, 9)))"),
    ])
  func sound(_ name: String, _ script: String) throws {
    let scratch = try Scratch()
    let path = scratch.file("x.gz")
    try Tool.python(Self.prelude + "\n" + script, [path])
    let expected = try #require(try zlibAlone([path]).first)
    guard case .content(_, let count) = expected else {
      Issue.record("zlib refuses \(name)")
      return
    }
    let whole = try read(path)
    #expect(whole.verdict == expected, "\(whole.message)")
    #expect(try read(path, ahead: true).verdict == expected)
    #expect(try read(path, triesWhole: false).verdict == expected)
    // However the members are cut, the blocks are not: what is read ahead is bounded by the content.
    #expect(whole.memory <= 6 * count + (8 << 20), "\(whole.blocks) blocks of \(whole.memory) bytes for \(count)")
  }

  @Test(
    "Whatever is wrong with a header or behind the last member, zlib's word stands",
    arguments: [
      ("nothing", "put(b'')"), ("one byte", "put(b'\\x1f')"), ("the magic alone", "put(b'\\x1f\\x8b')"),
      ("another method", "put(b'\\x1f\\x8b\\x07' + member(b'x')[3:])"),
      ("reserved flags", "put(b'\\x1f\\x8b\\x08\\x80' + member(b'x')[4:])"),
      ("another method in the second member", "put(member(b'x') + b'\\x1f\\x8b\\x07' + member(b'x')[3:])"),
      ("reserved flags in the third", "put(member(b'x') * 2 + b'\\x1f\\x8b\\x08\\x20' + member(b'x')[4:])"),
      (
        "a header's CRC that is wrong",
        "m = bytearray(member(text(999), hcrc=True)); m[10] ^= 1; put(member(b'x') + bytes(m))"
      ),
      ("trailing garbage", "put(member(text(999)) + b'garbage')"),
      ("one trailing zero", "put(member(text(999)) + bytes(1))"),
      ("many trailing zeros", "put(member(text(M)) + bytes(70000))"),
      ("half a magic", "put(member(text(999)) + b'\\x1f')"),
      ("a magic and no more", "put(member(text(999)) + b'\\x1f\\x8b')"),
      ("garbage between members", "put(member(text(999)) + b'x' + member(b'y'))"),
      ("zeros between members", "put(member(text(999)) + bytes(512) + member(b'y'))"),
    ])
  func unsound(_ name: String, _ script: String) throws {
    let scratch = try Scratch()
    let path = scratch.file("x.gz")
    try Tool.python(Self.prelude + "\n" + script, [path])
    #expect(try zlibAlone([path]) == [.refused(.archiveDamaged)])
    let whole = try read(path)
    let alone = try read(path, triesWhole: false)
    #expect(whole.verdict == .refused(.archiveDamaged))
    #expect(alone.verdict == whole.verdict)
    #expect(alone.message == whole.message)
    #expect(try read(path, ahead: true).message == whole.message)
  }

  @Test("Every truncation and every flipped bit is judged as zlib judges it", arguments: [false, true])
  func damaged(_ isTruncated: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.file("whole")
    // Members of every kind of block: stored, of fixed and of own codes; borders of members at known places.
    try Tool.python(
      Self.prelude + "\nput(member(text(9000)) + member(noise(400), name=b'n') + member(b'abc') + member(text(3000)))",
      [path])
    let original = try bytes(of: path)
    var damaged: [(what: String, path: String)] = []
    var random = Seeded(20_260_101)
    for at in original.indices where at % 3 == 0 || at < 40 || original.count - at < 40 {
      var bytes = original
      if isTruncated {
        bytes.removeLast(bytes.count - at)
      } else {
        bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      damaged.append(("byte \(at)", try scratch.write("d\(at)", bytes)))
    }
    #expect(damaged.count > 500)
    let verdicts = try zlibAlone(damaged.map(\.path))
    try #require(verdicts.count == damaged.count)
    var refused = 0
    for (file, expected) in zip(damaged, verdicts) {
      let whole = try read(file.path)
      let alone = try read(file.path, triesWhole: false)
      #expect(whole.verdict == expected && alone.verdict == expected, "\(file.what): \(whole.message)")
      #expect(whole.message == alone.message, "\(file.what)")
      if case .refused = expected { refused += 1 }
    }
    // A bit of a header's time, name or system is nothing that a reader could see.
    #expect(refused > damaged.count * 9 / 10)
  }

  @Test("A damaged CRC or length of a member of 1 MiB is found", arguments: [-1, -4, -5, -8, -500_000])
  func damagedEnd(_ place: Int) throws {
    let scratch = try Scratch()
    let path = scratch.file("x.gz")
    try Tool.python(Self.prelude + "\nput(member(noise(M)) * 2)", [path])
    var damaged = try bytes(of: path)
    damaged[damaged.count + place] ^= 0x10
    try Data(damaged).write(to: URL(fileURLWithPath: path))
    let whole = try read(path)
    #expect(whole.verdict == .refused(.archiveDamaged))
    #expect(try read(path, triesWhole: false).message == whole.message)
  }
}
