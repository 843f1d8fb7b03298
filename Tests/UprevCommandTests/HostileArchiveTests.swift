import Foundation
import Testing
import UprevTestSupport

/// Archives that are made to lead out, to lie or to exhaust: each ends in a code, or in a sound migration where it is legal, within
/// bounds of time and memory, and its bytes change only where it was committed.
@Suite("Hostile archives")
struct HostileArchiveTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    /// Python: writes the archive to `path`.
    var script: String
    var suffix = "tar"
    /// The target's error; nil where there is none.
    var code: String?
    /// Where several codes say it.
    var otherCode: String?
    /// Documents that are migrated.
    var migrated = 0
    /// Documents that are rejected.
    var rejected = 0
    /// Further options.
    var options: [String] = []
    var status: Int32 { code != nil ? 1 : rejected > 0 ? 3 : 0 }
    var testDescription: String { name }
  }

  private static let cases: [Case] = [
    Case(
      name: "names that climb out, and one that does not",
      script:
        "with tar() as t: add(t, '../../ml_training_a.json'); add(t, 'd/../../ml_training_b.json'); add(t, 'ml_training_c.json')",
      migrated: 1),
    Case(
      name: "absolute names",
      script:
        "with tar() as t: add(t, '/tmp/ml_training_a.json'); add(t, '//ml_training_b.json'); add(t, './ml_training_c.json')",
      migrated: 1),
    Case(
      name: "links that lead out, and documents behind them",
      script: """
        with tar() as t:
            add(t, 'out', b'', type=tarfile.SYMTYPE, linkname='/')
            add(t, 'ml_training_l.json', b'', type=tarfile.SYMTYPE, linkname='/etc/passwd')
            add(t, 'ml_training_h.json', b'', type=tarfile.LNKTYPE, linkname='../../etc/passwd')
            add(t, 'out/ml_training_c.json')
        """, migrated: 1),
    Case(
      name: "devices and fifos with the names of documents",
      script: """
        with tar() as t:
            for n, type in enumerate([tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]):
                add(t, f'ml_training_{n}.json', b'', type=type, devmajor=8, devminor=0)
            add(t, 'ml_training_c.json')
        """, migrated: 1),
    Case(
      name: "two entries of one name",
      script: "with tar() as t: add(t, 'ml_training_a.json'); add(t, 'ml_training_a.json')", migrated: 2),
    Case(
      name: "an archive in an archive is content",
      script: """
        inner = io.BytesIO()
        with tarfile.open(fileobj=inner, mode='w') as t: add(t, 'ml_training_a.json')
        with tar() as t: add(t, 'ml_training_inner.tar', inner.getvalue()); add(t, 'ml_training_c.json')
        """, migrated: 1),
    Case(
      name: "ten thousand records in one extended header",
      script: "with tar() as t: add(t, 'ml_training_c.json', pax_headers={f'VENDOR.k{n}': 'v' for n in range(10000)})",
      migrated: 1),
    Case(
      name: "an extended header of 100 MB",
      script: "raw(header(b'x', 100 << 20, b'x'), b'17 comment=xxxxx\\n' * (100 << 16))", code: "limit-exceeded",
      otherCode: "archive-damaged"),
    Case(
      name: "a long name of 100 MB", script: "raw(header(b'././@LongLink', 100 << 20, b'L'), b'x' * (100 << 20))",
      code: "limit-exceeded", otherCode: "archive-damaged"),
    Case(
      name: "a record that is longer than its header",
      script:
        "raw(header(b'x', 512, b'x'), b'99999 comment=x\\n'.ljust(512, b'\\0'), header(b'ml_training_a.json', 0, b'0'))",
      code: "archive-damaged"),
    Case(
      name: "a thousand extended headers before one member",
      script:
        "raw(*[header(b'x', 512, b'x') + b'11 a=bcdef\\n'.ljust(512, b'\\0') for _ in range(1000)], header(b'a', 0, b'0'))",
      code: "limit-exceeded", otherCode: "archive-damaged"),
    Case(
      name: "a size below zero", script: "raw(header(b'ml_training_a.json', 0, b'0', size=b'\\xff' * 12))",
      code: "archive-damaged"),
    Case(
      name: "a size beyond 64 bits",
      script: "raw(header(b'ml_training_a.json', 0, b'0', size=b'\\x80' + b'\\x7f' * 11))",
      code: "archive-damaged", otherCode: "limit-exceeded"),
    Case(
      name: "a document of a terabyte that is not there",
      script:
        "raw(header(b'ml_training_a.json', 1 << 40, b'0', size=b'\\x80\\0\\0\\0' + (1 << 40).to_bytes(8, 'big')))",
      code: "archive-damaged", otherCode: "limit-exceeded"),
    Case(
      name: "a sparse file of an exabyte",
      script: """
        with tar() as t:
            add(t, 'ml_training_s.json', b'1\\n0\\n0\\n'.ljust(512, b'\\0'), pax_headers={'GNU.sparse.major': '1',
                'GNU.sparse.minor': '0', 'GNU.sparse.name': 'ml_training_s.json', 'GNU.sparse.realsize': str(1 << 60)})
        """),
    Case(
      name: "gzip, more than 1,000 to 1", script: "bomb(gzip.open(path, 'wb', 9))", suffix: "tar.gz",
      code: "limit-exceeded"),
    Case(
      name: "xz, more than 1,000 to 1", script: "bomb(lzma.open(path, 'wb', preset=0))", suffix: "tar.xz",
      code: "limit-exceeded"),
    Case(
      name: "bzip2, more than 1,000 to 1", script: "bomb(bz2.open(path, 'wb', 1))", suffix: "tar.bz2",
      code: "limit-exceeded"),
    Case(
      name: "zstd, more than 1,000 to 1",
      script: """
        child = subprocess.Popen(['zstd', '-q', '-1', '-o', path], stdin=subprocess.PIPE)
        bomb(child.stdin)
        assert child.wait() == 0
        """, suffix: "tar.zst", code: "limit-exceeded"),
    Case(
      name: "lz4, which reaches 255 to 1 at most, is held by the bound on the whole",
      script: "piped(['lz4', '-q', '-1', '-f', '-', path])", suffix: "tar.lz4", code: "limit-exceeded",
      options: ["--max-expanded-size", "400M"]),
    Case(
      name: "lz4, 255 to 1, is an honest archive without such a bound",
      script: "piped(['lz4', '-q', '-1', '-f', '-', path])",
      suffix: "tar.lz4", migrated: 1),
    Case(
      name: "7zip, more than 1,000 to 1",
      script: """
        child = subprocess.Popen(['7z', 'a', '-bd', '-mx=1', '-sizeros', path], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        zeros(child.stdin, 600)
        assert child.wait() == 0
        """, suffix: "7z", code: "limit-exceeded"),
    Case(
      name: "zip, more than 1,000 to 1",
      script: """
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as z:
            zeros(z.open('zeros', 'w', force_zip64=True), 600)
        """, suffix: "zip", code: "limit-exceeded"),
    Case(
      name: "a zip of ten thousand entries that share one body is read once",
      script: """
        import struct, zlib
        with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as z: z.writestr('ml_training_a.json', bytes(1 << 20))
        data = open(path, 'rb').read()
        at = data.index(b'PK\\x01\\x02'); end = data.index(b'PK\\x05\\x06')
        entry = data[at:end]
        with open(path, 'wb') as f:
            f.write(data[:at] + entry * 10000)
            f.write(struct.pack('<4s4H2LH', b'PK\\x05\\x06', 0, 0, 10000, 10000, len(entry) * 10000, at, 0))
        """, suffix: "zip", rejected: 1),
    Case(
      name: "a zip within a zip within a zip is content",
      script: """
        data = DOCUMENT
        for name in ['ml_training_a.json', 'ml_training_b.json', 'inner.zip']:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, 'w') as z: z.writestr(name, data)
            data = inner.getvalue()
        open(path, 'wb').write(data)
        """, suffix: "zip"),
    Case(
      name: "what once started a program", script: "open(path, 'wb').write(b'LRZI' + bytes(2000))",
      code: "archive-damaged",
      otherCode: "archive-unsupported"),
    Case(
      name: "a zip whose directory lies",
      script: """
        with zipfile.ZipFile(path, 'w') as z: z.writestr('ml_training_a.json', DOCUMENT * 50)
        data = bytearray(open(path, 'rb').read())
        at = data.index(b'PK\\x01\\x02')
        data[at + 20:at + 28] = b'\\xfe\\xff\\xff\\x7f' * 2
        open(path, 'wb').write(data)
        """, suffix: "zip", code: "archive-damaged", otherCode: "archive-unsupported"),
  ]

  /// Sizes in records of extended headers, which go before the one in the header itself.
  private static let sizes = [
    "-1", "-512", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999999", "0x10", "1e3", "+29", " 29", "29 ", "29\\0", "", "2 9",
  ].map { size in
    Case(
      name: "a record that says the size is “\(size)”",
      script: """
        record = b'size=\(size)\\n'
        count = next(n for n in range(99) if n == len(record) + 1 + len(str(n)))
        record = str(count).encode() + b' ' + record
        raw(header(b'x', count, b'x'), record.ljust(512, b'\\0'), header(b'ml_training_a.json', len(DOCUMENT), b'0'),
            DOCUMENT.ljust(512, b'\\0'))
        """, code: "archive-damaged",
      // A number that can be read, and that the header contradicts.
      otherCode: size == "9223372036854775807" ? "archive-unsupported" : "limit-exceeded")
  }

  @Test("Each ends in a code or in a sound migration, in bounded time and memory", arguments: cases + sizes)
  func ends(_ hostile: Case) throws {
    let folder = try TemporaryTree()
    let uprev = Uprev(folder)
    let name = "in/deep/x." + hostile.suffix
    try folder.makeFolder("in/deep")
    try Python.run(Self.prelude + hostile.script, folder.path(name))
    let before = try folder.bytes(name)
    // The sanitizers' own memory is not the program's.
    let environment = ProcessInfo.processInfo.environment
    let megabytes = environment["ASAN_OPTIONS"] == nil && environment["TSAN_OPTIONS"] == nil ? "200" : "0"
    let child = try ChildProcess.run(
      "python3",
      [
        Uprev.checkout + "/Tests/Tools/within.py", "\(Patience.seconds(60).components.seconds)", megabytes,
        try ChildProcess.built("uprev"), "migrate", "--no-state", "--report", "report.json",
      ] + hostile.options + [name], environment: uprev.environment, in: folder.path)
    let report = try ReportFile(folder.path + "/report.json")
    let code = report.targets.first.flatMap { ReportFile.code($0) }
    #expect(code == hostile.code || (code != nil && code == hostile.otherCode), "\(child.errorText)")
    #expect(child.status == hostile.status, "\(child.errorText)")
    if hostile.code == nil {
      #expect(report.count("migrated") == hostile.migrated, "\(child.errorText)")
      #expect(report.count("rejected") == hostile.rejected, "\(child.errorText)")
    }
    let isChanged = try folder.bytes(name) != before
    #expect(isChanged == (hostile.code == nil && hostile.migrated > 0))
    // Nothing beside it, above it, or anywhere that it named.
    #expect(try folder.listing("in") == ["deep/", "deep/x." + hostile.suffix])
    #expect(try folder.listing().filter { !$0.hasPrefix("in/") }.sorted() == ["report.json"])
    guard isChanged else { return }
    let tool = hostile.suffix == "tar.lz4" ? "bsdtar" : "tar"
    let listed = try ChildProcess.run(tool, ["-tvPf", name], in: folder.path)
    #expect(listed.status == 0, "\(listed.errorText)")
  }

  private static let prelude = """
    import bz2, gzip, io, lzma, subprocess, sys, tarfile, zipfile
    path = sys.argv[1]
    DOCUMENT = b'{"n_jobs": 1, "chunksize": 1}'

    def tar():
        return tarfile.open(path, 'w', format=tarfile.PAX_FORMAT)

    def add(t, name, data=DOCUMENT, **fields):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        for key, value in fields.items(): setattr(info, key, value)
        t.addfile(info, io.BytesIO(data))

    def header(name, count, type, size=None):
        block = bytearray(512)
        block[:len(name)] = name
        block[100:108] = block[108:116] = block[116:124] = b'0000644\\0'
        block[124:136] = size or b'%011o\\0' % count
        block[136:148] = b'00000000000\\0'
        block[148:156] = b' ' * 8
        block[156:157] = type
        block[257:265] = b'ustar\\00000'
        block[148:156] = b'%06o\\0 ' % sum(block)
        return bytes(block)

    def raw(*parts):
        with open(path, 'wb') as f:
            for part in parts: f.write(part)
            f.write(bytes(1024))

    def zeros(f, megabytes):
        with f:
            for _ in range(megabytes): f.write(bytes(1 << 20))

    def piped(command):
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        bomb(child.stdin)
        assert child.wait() == 0

    def bomb(f):
        count = 600 << 20
        with f:
            f.write(header(b'zeros', count, b'0'))
            for _ in range(count >> 20): f.write(bytes(1 << 20))
            f.write(header(b'ml_training_a.json', len(DOCUMENT), b'0'))
            f.write(DOCUMENT.ljust(512, b'\\0') + bytes(1024))


    """
}
