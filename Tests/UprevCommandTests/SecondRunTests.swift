import Foundation
import Testing
import UprevCore
import UprevTestSupport

#if os(Linux)
  import Glibc

  /// The names of the files of one folder that any process opens.
  private final class OpenWatch {
    private let descriptor: Int32

    init(_ folder: String) throws {
      descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
      try #require(descriptor >= 0)
      try #require(inotify_add_watch(descriptor, folder, UInt32(IN_OPEN)) >= 0)
    }

    deinit { close(descriptor) }

    /// Those that were opened since this was asked last, each once; folders are none.
    func names() throws -> Set<String> {
      var names: Set<String> = []
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
      defer { buffer.deallocate() }
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return names }
        var offset = 0
        while offset < count {
          // struct inotify_event: wd, mask, cookie, len, name.
          let mask = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
          let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
          try #require(mask & UInt32(IN_Q_OVERFLOW) == 0)
          let name = buffer[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 }
          if mask & UInt32(IN_ISDIR) == 0 { names.insert(String(decoding: name, as: UTF8.self)) }
          offset += 16 + length
        }
      }
    }
  }

  @Suite("The second run")
  struct SecondRunTests {
    @Test("It opens no document, says what the first said, and reads what changed, or everything if it is told to")
    func opensNothing() throws {
      let folder = try TemporaryTree(inMemory: true)
      let uprev = Uprev(folder)
      try Python.writeTree(in: folder.path, count: 20, seed: 5)
      let documents = Set(try folder.listing("after/ml_training").filter { $0.hasSuffix(".json") })
      #expect(documents.count > 10 && documents.allSatisfy { !$0.contains("/") })
      // What is younger than two seconds is not remembered.
      usleep(2_100_000)
      let watch = try OpenWatch(folder.path("after/ml_training"))
      func report(_ options: [String] = []) throws -> ReportFile {
        let report = folder.path("report.json")
        let child = try uprev.run(["migrate", "--quiet", "--report", report] + options + ["after/ml_training"])
        #expect(child.status == 0, "\(child.errorText)")
        return try ReportFile(report)
      }
      let first = try report()
      #expect(try watch.names() == documents)
      #expect(first.count("current") == documents.count)
      let second = try report()
      #expect(try watch.names() == [])
      #expect((second.summary as NSDictionary) == (first.summary as NSDictionary))
      try folder.write("{\"n_jobs\": 1, \"chunksize\": 1}", to: "after/ml_training/ml_training_new.json")
      _ = try watch.names()
      #expect(try report().count("migrated") == 1)
      #expect(try watch.names() == ["ml_training_new.json"])
      #expect(try report(["--paranoid"]).count("current") == documents.count + 1)
      #expect(try watch.names().isSuperset(of: documents))
      #expect(try report(["--no-state"]).count("current") == documents.count + 1)
      #expect(try watch.names().isSuperset(of: documents))
      #expect(try report(["--dry-run"]).count("current") == documents.count + 1)
      #expect(try watch.names().isSuperset(of: documents))
    }

    @Test("What is known to be current is not opened for what a migration gathers either")
    func gathersNothing() throws {
      let folder = try TemporaryTree(inMemory: true)
      let uprev = Uprev(folder)
      try folder.write(
        """
        uprev: 1
        name: points
        formats:
          - name: points
            files: ["*.json"]
            version: {at: /v, type: integer}
            current: 2
            migrations:
              - {from: 1, to: 2, gather: {high: {max: /x}}, steps: [{op: add, path: /high, value: {gather: high}}]}
        """, to: "p/pipeline.yaml")
      for number in 1...20 { try folder.write("{\"v\": 2, \"x\": \(number)}", to: "tree/\(number).json") }
      try ChildProcess.run("tar", ["-cf", "snapshot.tar", "tree"], in: folder.path)
      usleep(2_100_000)
      let watch = try OpenWatch(folder.path("tree"))
      func migrate() throws -> ReportFile {
        let child = try uprev.run(["migrate", "-p", "./p", "--report", "report.json", "tree", "snapshot.tar"])
        #expect(child.status == 0, "\(child.errorText)")
        return try ReportFile(folder.path("report.json"))
      }
      #expect(try migrate().count("current") == 40)
      #expect(try watch.names().count == 20)
      #expect(try migrate().count("current") == 40)
      #expect(try watch.names() == [])
      try folder.write("{\"v\": 1, \"x\": 3}", to: "tree/late.json")
      _ = try watch.names()
      #expect(try migrate().count("migrated") == 1)
      #expect(try watch.names() == ["late.json"])
      #expect(try folder.read("tree/late.json").contains("\"high\": 3"))
    }
  }
#endif
