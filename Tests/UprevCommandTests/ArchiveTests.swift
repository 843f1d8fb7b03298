import Foundation
import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"

@Suite("Migrating archives with the program")
struct ArchiveTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
  }

  private func report(_ name: String = "report.json") throws -> ReportFile { try ReportFile(folder.path + "/" + name) }

  /// `argv`: folder, archive, Python's mode, tar format. Writes the tree `before` and one large binary, with a member of each
  /// kind.
  private static let packScript = """
    import io, os, sys, tarfile
    folder, archive, mode, form = sys.argv[1:5]
    form = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[form]
    with tarfile.open(archive, mode, format=form) as tar:
        tar.add(folder + "/before", arcname="cache", filter=lambda m: (setattr(m, "mtime", 1700000000), m)[1])
        link = tarfile.TarInfo("cache/ml_training/ml_training_link.json")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "elsewhere", 1700000001
        tar.addfile(link)
        big = tarfile.TarInfo("cache/big.bin"); big.size = 300001; big.mode = 0o640; big.mtime = 1700000002
        tar.addfile(big, io.BytesIO(bytes(range(256)) * 1171 + bytes(225)))
    """

  /// `argv`: the two archives, the folder. Compares member by member; documents must be as Python writes them.
  private static let compareScript = """
    import os, subprocess, sys, tarfile
    old, new, folder = sys.argv[1:4]
    def members(path):
        with tarfile.open(path) as tar:
            for m in tar:
                body = tar.extractfile(m).read() if m.isreg() else None
                info = (m.name, m.mode, m.uid, m.gid, m.uname, m.gname, m.mtime, m.type, m.linkname, m.devmajor, m.devminor)
                yield info, {k: v for k, v in m.pax_headers.items() if k != "size"}, body
    a, b = list(members(old)), list(members(new))
    assert len(a) == len(b), (len(a), len(b))
    changed = 0
    for (ia, pa, da), (ib, pb, db) in zip(a, b):
        assert ia == ib and pa == pb, (ia, ib, pa, pb)
        if ia[0].startswith("cache/ml_training/") and da is not None:
            expected = open(folder + "/after/" + ia[0][len("cache/"):], "rb").read()
            assert db == expected, (ia[0], db, expected)
            changed += da != db
        else:
            assert da == db, ia
    print(changed)
    """

  @Test(
    "Every tar format and filter: documents migrated, everything else equal, and tar and bsdtar read the result",
    arguments: ["ustar", "gnu", "pax"], ["tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "tar.lz4"])
  func everyFilter(format: String, suffix: String) throws {
    try Python.writeTree(in: folder.path, count: 120, seed: 5)
    let plain = folder.path + "/plain.tar"
    try Python.run(Self.packScript, folder.path, plain, "w", format)
    let archive = folder.path + "/snapshot." + suffix
    let compressors = ["tar.gz": "gzip", "tar.bz2": "bzip2", "tar.xz": "xz", "tar.zst": "zstd", "tar.lz4": "lz4"]
    if let compressor = compressors[suffix] {
      try ChildProcess.run("sh", ["-c", "\(compressor) -c < plain.tar > snapshot.\(suffix)"], in: folder.path)
    } else {
      try FileManager.default.moveItem(atPath: plain, toPath: archive)
      try Python.run(Self.packScript, folder.path, plain, "w", format)
    }
    let run = try uprev("migrate", "--report", "report.json", "snapshot." + suffix, environment: ["LC_ALL": "C"])
    #expect(run.status == 0, "\(run.errorText)")
    let migrated = try report().count("migrated")
    #expect(migrated > 60)
    #expect(try report().targets.first?["committed"] as? Bool == true)
    #expect(try report().targets.first?["filters"] as? [String] == (compressors[suffix].map { [$0] } ?? []))

    if let compressor = compressors[suffix] {
      let unpacked = try ChildProcess.run(
        "sh", ["-c", "\(compressor) -dc < snapshot.\(suffix) > after.tar"], in: folder.path)
      #expect(unpacked.status == 0, "\(unpacked.errorText)")
    } else {
      try FileManager.default.copyItem(atPath: archive, toPath: folder.path + "/after.tar")
    }
    let changed = try Python.run(Self.compareScript, plain, folder.path + "/after.tar", folder.path)
    #expect(changed == "\(migrated)\n")
    for tool in ["tar", "bsdtar"] {
      let listed = try ChildProcess.run(tool, ["-tf", "after.tar"], in: folder.path)
      #expect(listed.status == 0 && listed.error.isEmpty, "\(tool): \(listed.errorText)")
      try folder.makeFolder("by-" + tool)
      let extracted = try ChildProcess.run(tool, ["-xf", "after.tar", "-C", "by-" + tool], in: folder.path)
      #expect(extracted.status == 0 && extracted.error.isEmpty, "\(tool): \(extracted.errorText)")
      let documents = folder.path("by-\(tool)/cache/ml_training")
      try FileManager.default.removeItem(atPath: documents + "/ml_training_link.json")
      #expect(try TreeState(documents).texts == TreeState(folder.path("after/ml_training")).texts, "\(tool)")
    }

    let bytes = try folder.bytes("snapshot." + suffix)
    let again = try uprev("migrate", "--report", "again.json", "snapshot." + suffix)
    #expect(again.status == 0)
    #expect(try folder.bytes("snapshot." + suffix) == bytes)
    #expect(try !folder.listing().contains { $0.hasPrefix(".uprev-") && !$0.hasPrefix(".uprev-originals") })
  }

  @Test(
    "A truncated archive is archive-damaged, is not replaced, and leaves no temporary", arguments: ["tar", "tar.gz"])
  func truncated(suffix: String) throws {
    try Python.writeTree(in: folder.path, count: 50, seed: 6)
    let name = "snapshot." + suffix
    try Python.run(Self.packScript, folder.path, folder.path + "/" + name, suffix == "tar" ? "w" : "w:gz", "pax")
    let whole = try folder.bytes(name)
    for length in [whole.count * 9 / 10, whole.count / 2, 600] {
      try folder.write(whole.prefix(length), to: name)
      let run = try uprev("migrate", "--report", "report.json", name)
      #expect(run.status == 1, "\(length): \(run.errorText)")
      #expect(try ReportFile.code(report().targets.first) == "archive-damaged", "\(length)")
      #expect(try folder.bytes(name) == Array(whole.prefix(length)))
      #expect(try !folder.listing().contains { $0.hasPrefix(".uprev-") && !$0.hasPrefix(".uprev-originals") })
    }
  }

  @Test("zip, cpio and 7zip are read; in place they are archive-unsupported with the way out, which works")
  func otherFormats() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    try folder.write("other", to: "cache/notes.txt")
    for (name, command) in [
      ("s.zip", "zip -qr ../s.zip ."), ("s.cpio", "bsdtar -cf ../s.cpio --format newc ."),
      ("s.cpio.gz", "bsdtar -czf ../s.cpio.gz --format newc ."),
      ("s.7z", "bsdtar -cf ../s.7z --format 7zip ."),
    ] {
      let made = try ChildProcess.run("sh", ["-c", command], in: folder.path + "/cache")
      #expect(made.status == 0, "\(made.errorText)")
      let bytes = try folder.bytes(name)
      let refused = try uprev("migrate", "--report", "report.json", name)
      #expect(refused.status == 1, "\(name): \(refused.errorText)")
      #expect(try ReportFile.code(report().targets.first) == "archive-unsupported")
      #expect(try report().targets.first?["committed"] as? Bool == false, "\(name): its document was not written")
      #expect(refused.errorText.contains("--output"))
      #expect(try folder.bytes(name) == bytes)
      #expect(try uprev("info", name).outputText.contains("ml-training-data"))

      let copied = try uprev("migrate", "--no-state", "-o", name + ".tar.zst", name)
      #expect(copied.status == 0, "\(name): \(copied.errorText)")
      let text = try ChildProcess.run("bsdtar", ["-xOf", name + ".tar.zst", "*ml_training_a.json"], in: folder.path)
      #expect(text.outputText.hasSuffix(",\n  \"version\": 2\n}"), "\(name)")
      let other = try ChildProcess.run("bsdtar", ["-xOf", name + ".tar.zst", "*notes.txt"], in: folder.path)
      #expect(other.outputText == "other", "\(name)")
    }
  }

  @Test("--output from a tar to every archive suffix, and from a tree to an archive")
  func outputs() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    try ChildProcess.run("tar", ["-cf", "s.tar", "cache"], in: folder.path)
    let bytes = try folder.bytes("s.tar")
    for suffix in ["tar", "tar.gz", "tar.zst", "tar.xz", "tar.bz2", "tar.lz4", "tgz", "tzst", "txz"] {
      for source in ["s.tar", "cache"] {
        let name = "\(source)-out.\(suffix)"
        let run = try uprev("migrate", "--no-state", "-o", name, source)
        #expect(run.status == 0, "\(name): \(run.errorText)")
        let text = try ChildProcess.run("bsdtar", ["-xOf", name, "*ml_training_a.json"], in: folder.path)
        #expect(text.outputText.hasSuffix(",\n  \"version\": 2\n}"), "\(name) \(text.errorText)")
      }
    }
    #expect(try folder.bytes("s.tar") == bytes)
    let refused = try uprev("migrate", "--no-state", "-o", "tree", "s.tar")
    #expect(refused.status == 64)
    #expect(refused.errorText.contains("only an archive"))
  }

  @Test("A name that ends like an archive's whose content is none is archive-damaged")
  func notAnArchive() throws {
    try folder.write("hello", to: "x.tar.gz")
    try folder.write("", to: "y.tar")
    let run = try uprev("migrate", "--report", "report.json", "x.tar.gz", "y.tar")
    #expect(run.status == 1)
    #expect(try report().targets.map(ReportFile.code) == ["archive-damaged", "archive-damaged"])
  }

  @Test("Trees and archives in one run, one of them damaged")
  func mixed() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    try ChildProcess.run("tar", ["-czf", "good.tar.gz", "cache"], in: folder.path)
    try folder.write(folder.bytes("good.tar.gz").dropLast(20), to: "bad.tar.gz")
    let run = try uprev("migrate", "--report", "report.json", "bad.tar.gz", "cache", "good.tar.gz")
    #expect(run.status == 1)
    #expect(try report().targets.map { $0["committed"] as? Bool } == [false, true, true])
    #expect(run.errorText.contains("not committed"))
    #expect(run.errorText.contains("bad.tar.gz is as it was\n"))
    #expect(try report().targets.map { $0["kind"] as? String } == [nil, "tree", "archive"])
  }

  @Test("Any number of workers gives the same archive", arguments: ["tar", "tar.gz", "tar.zst", "tar.xz"])
  func anyJobs(suffix: String) throws {
    try Python.writeTree(in: folder.path, count: 200, seed: 8)
    // Several blocks of every compressor.
    try Python.run(
      "import random,sys; random.seed(1); open(sys.argv[1], 'wb').write(random.randbytes(3 << 20) + bytes(9 << 20))",
      folder.path + "/before/big.bin")
    let packed = try ChildProcess.run("bsdtar", ["-caf", "s." + suffix, "-C", "before", "."], in: folder.path)
    #expect(packed.status == 0, "\(packed.errorText)")
    let original = try folder.bytes("s." + suffix)
    var expected: [UInt8]?
    for jobs in [1, 2, 3, 16] {
      try folder.write(original, to: "s." + suffix)
      #expect(try uprev("migrate", "--no-state", "-j", "\(jobs)", "s." + suffix).status == 0)
      let result = try folder.bytes("s." + suffix)
      #expect(result != original)
      if let expected { #expect(result == expected, "\(jobs) workers") } else { expected = result }
    }
  }

  @Test("A dry run says what a zip would be refused for, and info of it does not")
  func dryRunOfZip() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    try ChildProcess.run("zip", ["-qr", "s.zip", "cache"], in: folder.path)
    let run = try uprev("migrate", "--dry-run", "--report", "report.json", "s.zip")
    #expect(run.status == 1)
    #expect(try ReportFile.code(report().targets.first) == "archive-unsupported")
    #expect(try report().count("migrated") == 1)
    #expect(try uprev("migrate", "--dry-run", "-o", "x.tar", "s.zip").status == 0)
    #expect(try uprev("info", "s.zip").status == 0)
  }

  @Test("A tree and its snapshot have the same documents: folders are none")
  func sameCounts() throws {
    try Python.writeTree(in: folder.path, count: 30, seed: 9)
    try folder.write("x", to: "before/deep/er/notes.txt")
    try ChildProcess.run("tar", ["-cf", "s.tar", "-C", "before", "."], in: folder.path)
    #expect(try uprev("migrate", "--dry-run", "--report", "tree.json", "before").status == 0)
    #expect(try uprev("migrate", "--dry-run", "--report", "tar.json", "s.tar").status == 0)
    for key in ["documents", "migrated", "current", "unmatched", "skipped"] {
      #expect(try report("tree.json").count(key) == report("tar.json").count(key), "\(key)")
    }
  }

  @Test("A 7zip whose header is encrypted is unsupported, not damaged")
  func encryptedHeader() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    let packed = try ChildProcess.run("7z", ["a", "-psecret", "-mhe=on", "s.7z", "cache"], in: folder.path)
    #expect(packed.status == 0, "\(packed.errorText)")
    let run = try uprev("migrate", "--report", "report.json", "s.7z")
    #expect(run.status == 1)
    #expect(try ReportFile.code(report().targets.first) == "archive-unsupported", "\(run.errorText)")
    #expect(run.errorText.contains("encrypted"))
  }
}
