import Foundation
import Testing
import UprevTestSupport

/// What a run holds in memory, by the peak of its resident memory.
@Suite("Bounded memory")
struct MemoryTests {
  let folder: TemporaryTree
  let uprev: Uprev

  init() throws {
    folder = try TemporaryTree(inMemory: true)
    uprev = Uprev(folder)
  }

  /// Whether a sanitizer adds memory of its own.
  private static let isSanitized = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
    ProcessInfo.processInfo.environment[$0] != nil
  }

  /// - Returns: megabytes.
  private func peak(_ arguments: [String], command: String = "migrate", status: Int32 = 0) throws -> Int {
    let child = try ChildProcess.run(
      "python3",
      [Uprev.checkout + "/Tests/Tools/within.py", "600", "0", try ChildProcess.built("uprev"), command] + arguments,
      environment: uprev.environment, in: folder.path)
    #expect(child.status == status, "\(child.errorText)")
    let words = try #require(child.errorText.split(separator: "\n").last { $0.hasPrefix("peak memory: ") }).split(
      separator: " ")
    return try #require(Int(words[2]))
  }

  /// Documents of 1 KB each in folders of 500, as a tree and as a tar.
  private func write(_ name: String, count: Int) throws {
    let script = """
      import io, os, sys, tarfile
      name, count = sys.argv[1], int(sys.argv[2])
      text = b'{"n_jobs": 1, "chunksize": 1, "x": "' + b'abcdefgh' * 120 + b'"}'
      with tarfile.open(name + '.tar', 'w') as tar:
          for number in range(count):
              path = f'{name}/{number // 500:03}/ml_training_{number:06}.json'
              os.makedirs(os.path.dirname(path), exist_ok=True)
              with open(path, 'wb') as file: file.write(text)
              info = tarfile.TarInfo(path)
              info.size = len(text)
              tar.addfile(info, io.BytesIO(text))
      """
    try Python.run(script, folder.path(name), "\(count)")
  }

  @Test(
    "Three times the documents take no more memory, in a tree and in an archive", .enabled(if: !isSanitized),
    arguments: [(["--no-state"], ""), (["--no-state"], ".tar"), (["--state", "state"], "")])
  func manyDocuments(_ options: [String], _ suffix: String) throws {
    // The few fill every batch that a tree's writer has in hand. Held in memory, what the many are more would be 26 MB of text.
    let few = 16_000
    try write("few", count: few)
    try write("many", count: 3 * few)
    let arguments = options + ["--durability", "none", "--jobs", "2"]
    let peaks = try ["few", "many"].map { try peak(arguments + [folder.path($0 + suffix)]) }
    #expect(peaks[1] < peaks[0] + 15, "\(peaks)")
    print("peak memory, \(options) \(suffix): \(peaks[0]) MB for \(few) documents, \(peaks[1]) MB for \(3 * few)")
  }

  @Test("Archives that fail on the way leave nothing of their compressors behind", .enabled(if: !isSanitized))
  func failedArchives() throws {
    // What comes after its first document is cut off: the new archive was begun.
    try Python.run(
      """
      import io, lzma, random, sys, tarfile
      stream = io.BytesIO()
      with tarfile.open(fileobj=stream, mode='w') as tar:
          for name, body in (('ml_training_a.json', b'{"n_jobs": 1, "chunksize": 1}'), ('b', random.randbytes(2 << 20))):
              info = tarfile.TarInfo(name); info.size = len(body); tar.addfile(info, io.BytesIO(body))
      packed = lzma.compress(stream.getvalue())
      for number in range(10): open(f'{sys.argv[1]}/{number}.tar.xz', 'wb').write(packed[:-(1 << 20)])
      """, folder.path)
    let peaks = try [2, 10].map { count in
      try peak(["--no-state", "--jobs", "2"] + (0..<count).map { "\($0).tar.xz" }, status: 1)
    }
    #expect(peaks[1] < peaks[0] + 50, "\(peaks)")
  }

  @Test(
    "A plan of 100,000 documents takes no more memory than one of 20,000, and applying it 100 bytes a document",
    .enabled(if: !isSanitized))
  func plans() throws {
    let counts = [20_000, 100_000]
    var peaks: [(plan: Int, apply: Int)] = []
    for count in counts {
      let name = "t\(count)"
      try write(name, count: count)
      try FileManager.default.removeItem(atPath: folder.path(name))
      let plan = try peak(["\(name).tar", "--out", name, "--quiet", "--jobs", "2"], command: "plan")
      let apply = try peak([name, "--no-state", "--durability", "none", "--jobs", "2"], command: "apply")
      peaks.append((plan, apply))
      try FileManager.default.removeItem(atPath: folder.path(name + ".tar"))
    }
    #expect(peaks[1].plan < peaks[0].plan + 10, "\(peaks)")
    #expect(peaks[1].apply < peaks[0].apply + 10 + 100 * (counts[1] - counts[0]) / 1_000_000, "\(peaks)")
    print("peak memory of plan and apply: \(peaks[0]) MB for \(counts[0]) documents, \(peaks[1]) MB for \(counts[1])")
  }

  @Test(
    "An archive of 800 MB takes no more memory than one of 20 MB", .enabled(if: !isSanitized),
    arguments: ["tar", "tar.zst"])
  func largeArchive(_ suffix: String) throws {
    let script = """
      import io, subprocess, sys, tarfile
      path, size = sys.argv[1], int(sys.argv[2])
      zstd = subprocess.Popen(['zstd', '-q', '-1', '-o', path], stdin=subprocess.PIPE) if path.endswith('zst') else None
      class Noise:
          def read(self, count): return (b'%d' % count * 100)[:1] * count
      with tarfile.open(path, 'w') if not zstd else tarfile.open(fileobj=zstd.stdin, mode='w|') as tar:
          text = b'{"n_jobs": 1, "chunksize": 1}'
          for name in 'ab':
              info = tarfile.TarInfo(f'ml_training_{name}.json')
              info.size = len(text)
              tar.addfile(info, io.BytesIO(text))
              info = tarfile.TarInfo(f'model-{name}.bin')
              info.size = size
              tar.addfile(info, Noise())
      if zstd:
          zstd.stdin.close()
          assert zstd.wait() == 0
      """
    var peaks: [Int] = []
    for size in [10 << 20, 400 << 20] {
      let path = folder.path("x.\(suffix)")
      try? FileManager.default.removeItem(atPath: path)
      try Python.run(script, path, "\(size)")
      peaks.append(
        try peak(["--no-state", "--durability", "none", "--max-expansion-ratio", "1000000", "--jobs", "2", path]))
    }
    #expect(peaks[1] < peaks[0] + 40, "\(peaks)")
    print("peak memory, \(suffix): \(peaks[0]) MB for 20 MB, \(peaks[1]) MB for 800 MB")
  }
}
