import Foundation
import Testing
import UprevTestSupport

private let v1 = "{\n  \"n_jobs\": 4,\n  \"chunksize\": 10\n}"

@Suite("How archives are compressed")
struct CompressionTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree()
    uprev = Uprev(folder)
  }

  private func report(_ name: String = "report.json") throws -> ReportFile { try ReportFile(folder.path + "/" + name) }

  /// Compressor's command → suffix.
  private static let compressors = ["gzip": "gz", "zstd": "zst", "xz": "xz", "bzip2": "bz2", "lz4": "lz4"]

  private func shell(_ command: String) throws {
    let child = try ChildProcess.run("sh", ["-c", command], in: folder.path)
    try #require(child.status == 0, "\(command): \(child.errorText)")
  }

  /// Writes `x.tar`: documents as the benchmarks have them, and two binaries, of which half is noise.
  private func writeCorpus(documents: Int, binaries: Int) throws {
    try Python.run(
      """
      import sys; sys.path.insert(0, sys.argv[1]); import generate as g
      count, size = int(sys.argv[3]), int(sys.argv[4])
      content = g.chunk(('gz', count, 1, 0, count))[0]
      for number in range(2):
          data = b''.join(g.binary(number, size))
          content += g.header(f'data/binary-{number}', size, 1700000000, g.KINDS['gz'][0]) + g.padded(data)
      open(sys.argv[2], 'wb').write(content + bytes(1024 + -(len(content) + 1024) % 10240))
      """, Uprev.checkout + "/Benchmarks", folder.path("x.tar"), "\(documents)", "\(binaries)")
  }

  /// The two small archives and the tree that the tests of wrong levels have.
  private func writeTargets() throws {
    try folder.write(v1, to: "cache/ml_training_a.json")
    try shell("tar -cf s.tar cache && tar -czf s.tar.gz cache && xz -c s.tar > s.tar.xz")
  }

  @Test(
    "By itself the result is within a twentieth of the original, and of what the compressor's command gives",
    arguments: ["gzip", "zstd", "xz", "bzip2", "lz4"])
  func usualSize(compressor: String) throws {
    let name = "s.tar." + (Self.compressors[compressor] ?? "")
    try writeCorpus(documents: 3000, binaries: 2 << 20)
    try shell("\(compressor) -c < x.tar > \(name)")
    let original = try folder.bytes(name).count
    let run = try uprev("migrate", "--no-state", "--report", "report.json", name)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(try report().count("migrated") > 2000)
    let result = try folder.bytes(name).count
    try shell("\(compressor) -dc < \(name) > new.tar && \(compressor) -c < new.tar > theirs")
    let theirs = try folder.bytes("theirs").count
    for (size, whose) in [(original, "the original"), (theirs, compressor)] {
      let ratio = Double(result) / Double(size)
      #expect((0.95...1.05).contains(ratio), "\(result) bytes; \(whose) has \(size)")
    }
  }

  @Test("A higher level gives a smaller archive, in place, as a copy of an archive and of a tree, and by a plan")
  func levels() throws {
    try Python.writeTree(in: folder.path, count: 300, seed: 11)
    try shell("tar -czf s.tar.gz before && cp s.tar.gz t.tar.gz")
    #expect(try uprev("plan", "--out", "plan", "t.tar.gz").status == 0)
    let original = try folder.bytes("s.tar.gz")
    var sizes: [[Int]] = []
    for level in ["1", "12"] {
      try folder.write(original, to: "s.tar.gz")
      try folder.write(original, to: "t.tar.gz")
      for arguments in [
        ["migrate", "-o", level + ".tar.gz", "s.tar.gz"], ["migrate", "-o", level + ".tar.xz", "before"],
        ["migrate", "s.tar.gz"], ["apply", "plan"],
      ] {
        let given = arguments.last == "before" && level == "12" ? "9" : level
        let run = try uprev.run(arguments + ["--no-state", "--compression-level", given])
        #expect(run.status == 0, "\(arguments): \(run.errorText)")
      }
      sizes.append(
        try [level + ".tar.gz", level + ".tar.xz", "s.tar.gz", "t.tar.gz"].map { try folder.bytes($0).count })
    }
    #expect(zip(sizes[0], sizes[1]).allSatisfy { $0 > $1 }, "\(sizes)")
    #expect(try folder.bytes("s.tar.gz") == folder.bytes("t.tar.gz"))
    #expect(try folder.bytes("s.tar.gz") == folder.bytes("12.tar.gz"))
  }

  @Test(
    "Any number of workers and of threads gives the same archive, of several blocks too; zstd's from two threads on",
    arguments: [("gzip", "6"), ("zstd", "1"), ("xz", "0"), ("bzip2", "1"), ("lz4", "3")])
  func threads(compressor: String, level: String) throws {
    let name = "s.tar." + (Self.compressors[compressor] ?? "")
    try writeCorpus(documents: 1000, binaries: 2 << 20)
    try shell("\(compressor) -c < x.tar > \(name)")
    let original = try folder.bytes(name)
    // Of one thread, and of several where that is something else.
    var expected: [Bool: [UInt8]] = [:]
    for options in [
      ["-j", "1"], ["-j", "5"], ["-j", "1", "--compression-threads", "3"], ["--compression-threads", "1"],
      ["--compression-threads", "64"],
    ] {
      try folder.write(original, to: name)
      let run = try uprev.run(["migrate", "--no-state", "--compression-level", level] + options + [name])
      #expect(run.status == 0, "\(options): \(run.errorText)")
      let result = try folder.bytes(name)
      // Not compared inside the macro, which would look for every difference of megabytes.
      let isApart = compressor == "zstd" && ["3", "64"].contains(options.last)
      let isSame = result == expected[isApart] ?? result
      #expect(isSame, "\(options)")
      expected[isApart] = result
    }
  }

  @Test(
    "A level that one target's compressor does not take is that target's failure; the others are done",
    arguments: [[], ["--dry-run"], ["--all-or-nothing"]])
  func wrongLevel(options: [String]) throws {
    try writeTargets()
    let before = try folder.bytes("s.tar.xz")
    let gzip = try folder.bytes("s.tar.gz")
    let run = try uprev.run(
      ["migrate", "--compression-level", "12", "--report", "report.json"] + options + ["s.tar.xz", "s.tar.gz", "s.tar"])
    #expect(run.status == 1)
    #expect(run.errorText.contains("xz is compressed with a level from 0 to 9, not 12"), "\(run.errorText)")
    #expect(try report().targets.map(ReportFile.code) == ["archive-unsupported", nil, nil])
    let isDone = options.isEmpty
    #expect(try report().targets.map { $0["committed"] as? Bool } == [false, isDone, isDone])
    #expect(try folder.bytes("s.tar.xz") == before)
    #expect(try (folder.bytes("s.tar.gz") != gzip) == isDone)
    #expect(try !folder.listing().contains { $0.hasPrefix(".uprev-") && !$0.hasPrefix(".uprev-originals") })
  }

  @Test("A level that an archive does not take fails it also where nothing is to be changed, each time")
  func wrongLevelOfCurrent() throws {
    try writeTargets()
    #expect(try uprev("migrate", "s.tar.xz").status == 0)
    let bytes = try folder.bytes("s.tar.xz")
    for _ in 1...2 { #expect(try uprev("migrate", "--compression-level", "10", "s.tar.xz").status == 1) }
    #expect(try uprev("migrate", "--compression-level", "9", "s.tar.xz").status == 0)
    // Nothing was to be changed.
    #expect(try folder.bytes("s.tar.xz") == bytes)
  }

  @Test("A copy is not made with a level that its compressor does not take", arguments: ["cache", "s.tar.gz"])
  func wrongLevelOfCopy(target: String) throws {
    try writeTargets()
    let names = try folder.listing()
    for options in [[], ["--dry-run"]] {
      let run = try uprev.run(
        ["migrate", "--no-state", "--compression-level", "11", "-o", "copy.tar.lz4"] + options + [target])
      #expect(run.status == 1)
      #expect(run.errorText.contains("lz4 is compressed with a level from 1 to 9, not 11"), "\(run.errorText)")
      #expect(try folder.listing() == names)
    }
    #expect(try uprev("migrate", "--no-state", "--compression-level", "11", "-o", "copy.tar.gz", target).status == 0)
  }

  @Test("Trees, documents and tars without compression take any level and number of threads")
  func unconcerned() throws {
    try writeTargets()
    try shell("cp -r cache single")
    for target in ["cache", "single/ml_training_a.json", "s.tar"] {
      let run = try uprev(
        "migrate", "--compression-level", "22", "--compression-threads", "64", "--report", "report.json", target)
      #expect(run.status == 0, "\(target): \(run.errorText)")
      #expect(try report().count("migrated") == 1)
    }
    #expect(try uprev("migrate", "--no-state", "--compression-level", "22", "-o", "copy.tar", "s.tar").status == 0)
    #expect(try folder.bytes("copy.tar") == folder.bytes("s.tar"))
  }
}
