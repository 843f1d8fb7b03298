import Foundation
import Testing
import UprevCore
import UprevReport

@testable import UprevArchive

@Suite("Levels and threads of compression")
struct CompressionTests {
  private static let defaults: [ArchiveFilter: Int] = [.gzip: 6, .zstd: 3, .xz: 6, .bzip2: 9, .lz4: 1]

  /// Compresses `content` into a new file, and says how large that is.
  @discardableResult
  private func compress(
    _ content: [UInt8], _ filter: ArchiveFilter, to path: String, level: Int? = nil, threads: Int? = nil,
    sideThreads: Int = 2
  ) throws -> Int {
    let fileSystem = LocalFileSystem()
    let file = try fileSystem.open(PathName(path), in: nil, [.readWrite, .create, .exclusive], mode: 0o600)
    var options = ContainerWriteOptions(runID: "test", durability: .none, sideThreads: sideThreads)
    options.compression = Compression(level: level, threads: threads)
    let writer = try makeStreamWriter(fileSystem, file, path: PathName(path), filter: filter, options)
    try content.withBytes { (bytes) throws(TargetError) in
      for start in stride(from: 0, to: bytes.count, by: 99_991) {
        try writer.write(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 99_991)]))
      }
    }
    try writer.close()
    return try bytes(of: path).count
  }

  private func corpus(_ scratch: Scratch, documents: Int, binaries: Int) throws -> (path: String, content: [UInt8]) {
    let path = scratch.file("x.tar")
    try Tool.python(Corpus.make, [path, "\(documents)", "\(binaries)"])
    return (path, try bytes(of: path))
  }

  private func expectSame(_ plain: String, _ path: String, _ filter: ArchiveFilter) throws {
    #expect(try Tool.run(["sh", "-c", "\(filter.rawValue) -dc < '\(path)' | cmp - '\(plain)'"]) == "", "\(path)")
  }

  @Test("Every level gives what the compressor's command reads, and the highest less than the lowest")
  func levels() throws {
    let scratch = try Scratch()
    let (plain, content) = try corpus(scratch, documents: 1000, binaries: 0)
    for filter in ArchiveFilter.allCases {
      var sizes: [Int] = []
      for level in filter.levels {
        let path = scratch.file("\(filter)-\(level)")
        sizes.append(try compress(content, filter, to: path, level: level))
        try expectSame(plain, path, filter)
      }
      // lz4 has one way for the levels below 3.
      #expect(try #require(sizes.last) < sizes[0], "\(filter): \(sizes)")
      let usual = try compress(content, filter, to: scratch.file("\(filter)"))
      let index = try #require(Self.defaults[filter]) - filter.levels.lowerBound
      #expect(usual == sizes[index], "\(filter) has another default")
    }
  }

  @Test("An empty stream is one that the compressor's command reads", arguments: [ArchiveFilter.gzip, .xz], [0, 2])
  func empty(_ filter: ArchiveFilter, _ sideThreads: Int) throws {
    let scratch = try Scratch()
    let plain = try scratch.write("x", [])
    try compress([], filter, to: scratch.file("y"), sideThreads: sideThreads)
    try expectSame(plain, scratch.file("y"), filter)
  }

  @Test("Every level of xz has the dictionary that its command gives it")
  func dictionaries() throws {
    let scratch = try Scratch()
    let (_, content) = try corpus(scratch, documents: 20, binaries: 0)
    let plain = try scratch.write("x", content)
    func dictionary(_ path: String) throws -> String {
      let listed = try Tool.run(["xz", "--robot", "-lvv", path])
      let end = try #require(listed.range(of: "--lzma2=dict="))
      return String(listed[end.upperBound...].prefix { !$0.isWhitespace })
    }
    var found: Set<String> = []
    for level in 0...9 {
      let ours = scratch.file("\(level).xz")
      try compress(content, .xz, to: ours, level: level)
      try Tool.run(["sh", "-c", "xz -\(level) -c '\(plain)' > '\(scratch.file("t.xz"))'"])
      #expect(try dictionary(ours) == dictionary(scratch.file("t.xz")), "level \(level)")
      found.insert(try dictionary(ours))
    }
    #expect(found == ["256KiB", "1MiB", "2MiB", "4MiB", "8MiB", "16MiB", "32MiB", "64MiB"])
  }

  @Test(
    "Any number of threads gives the same bytes, asked for or not; of zstd any number from two on",
    arguments: [(ArchiveFilter.gzip, nil), (.zstd, 1), (.xz, 0), (.xz, 1), (.bzip2, 1), (.lz4, nil)])
  func threads(_ filter: ArchiveFilter, _ level: Int?) throws {
    let scratch = try Scratch()
    // Several blocks of each: of zstd's level 1 one has 2 MiB, of xz's level 1 3 MiB.
    let (plain, content) = try corpus(scratch, documents: 2500, binaries: 3 << 20)
    // Of one thread, and of several where that is something else.
    var first: [Bool: [UInt8]] = [:]
    for (number, (threads, side)) in [(nil, 0), (nil, 1), (nil, 3), (1, 2), (2, 2), (3, 1), (64, 1)].enumerated() {
      let path = scratch.file("\(number)")
      try compress(content, filter, to: path, level: level, threads: threads, sideThreads: side)
      let written = try bytes(of: path)
      // Not compared inside the macro, which would look for every difference of megabytes.
      let isApart = filter == .zstd && threads ?? 1 > 1
      let isSame = written == first[isApart] ?? written
      #expect(isSame, "\(filter): \(threads.map { "\($0) threads" } ?? "-j \(side)")")
      first[isApart] = written
    }
    try expectSame(plain, scratch.file("2"), filter)
    try expectSame(plain, scratch.file("4"), filter)
    if filter == .xz {
      try FileManager.default.moveItem(atPath: scratch.file("2"), toPath: scratch.file("y.xz"))
      let totals = try Tool.run(["xz", "--robot", "-l", scratch.file("y.xz")]).split(separator: "\n").last
      let blocks = totals?.split(separator: "\t").dropFirst(2).first.flatMap { Int($0) } ?? 0
      #expect(blocks > 2, "\(totals ?? "no list")")
    }
  }

  @Test("xz takes at most four threads by itself, and fewer where each needs much memory")
  func boundedThreads() {
    #expect(XZWriter.threads(1, level: 6) == 1)
    #expect(XZWriter.threads(3, level: 6) == 3)
    #expect(XZWriter.threads(64, level: 6) == 4)
    #expect(XZWriter.threads(64, level: 0) == 4)
    #expect((2...3).contains(XZWriter.threads(64, level: 7)))
    #expect(XZWriter.threads(64, level: 9) == 1)
  }

  @Test(
    "A level that the filter does not take is the archive's error, with the range, and nothing is written",
    arguments: [
      ("gz", 0, "1 to 12"), ("gz", 13, "1 to 12"), ("zst", 0, "1 to 22"), ("zst", 23, "1 to 22"), ("xz", 10, "0 to 9"),
      ("xz", -1, "0 to 9"), ("bz2", 0, "1 to 9"), ("bz2", 10, "1 to 9"), ("lz4", 0, "1 to 9"), ("lz4", 10, "1 to 9"),
    ])
  func outOfRange(_ suffix: String, _ level: Int, _ range: String) throws {
    let scratch = try Scratch()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", "pax"])
    let path = try TarInPlaceTests.compress(plain, "tar." + suffix, scratch)
    let compression = Compression(level: level)
    let opener = ArchiveContainerOpener()
    let container = try #require(try opener.open(PathName(path)))
    let names = try scratch.names()
    var harness = Harness.appending("!")
    harness.compression = compression
    let output = scratch.file("y.tar." + suffix)
    for error in [
      container.refusal(of: compression), opener.refusal(of: compression, for: PathName(output)),
      harness.run(path).error, harness.run(path, to: output).error,
    ] {
      #expect(error?.code == .archiveUnsupported)
      #expect(
        error?.report.message.contains("a level from \(range), not \(level)") == true, "\(String(describing: error))")
    }
    #expect(try scratch.names() == names)
  }

  @Test("What is not compressed has no level that it does not take", arguments: [-1, 0, 22, 99])
  func unconcerned(_ level: Int) throws {
    let scratch = try Scratch()
    let compression = Compression(level: level)
    let opener = ArchiveContainerOpener()
    let plain = scratch.file("x.tar")
    try Tool.python(Oracle.make, [plain, "w", "pax"])
    let cpio = scratch.file("x.cpio.xz")
    try Tool.run(["sh", "-c", "bsdtar --format newc -cJf '\(cpio)' -C '\(scratch.path)' x.tar"])
    for path in [plain, cpio] {
      #expect(try #require(try opener.open(PathName(path))).refusal(of: compression) == nil, "\(path)")
    }
    for output in ["y.tar", "y", "y.xz"] { #expect(opener.refusal(of: compression, for: PathName(output)) == nil) }
    #expect(TreeOpener().refusal(of: compression, for: PathName("y.tar.gz")) == nil)
    var harness = Harness.appending("!")
    harness.compression = compression
    #expect(harness.run(plain).committed)
  }
}
