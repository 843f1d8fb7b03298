import AmorsizeTrainingData
import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@Suite("The store")
struct StoreTests {
  static let execution = Execution(
    features: TrainingFeatures(), nJobs: 4, chunkSize: 50, speedup: 3.2, functionSignature: "0123456789abcdef")
  static let streaming = StreamingExecution(
    features: TrainingFeatures(), nJobs: 4, chunkSize: 50, speedup: 3.2, functionSignature: "0123456789abcdef",
    bufferSize: 12, usesOrder: false)

  @Test("The folder is the reference's own, unless one is given")
  func defaultFolder() throws {
    func folder(_ environment: [String: String]) throws(TrainingDataError) -> String {
      try String(describing: TrainingDataStore.defaultDirectory(environment: environment))
    }
    #expect(try folder(["HOME": "/home/a"]) == "/home/a/.cache/amorsize/ml_training")
    #expect(try folder(["HOME": "/home/a", "XDG_CACHE_HOME": "/var/c"]) == "/var/c/amorsize/ml_training")
    #expect(try folder(["HOME": "/home/a", "XDG_CACHE_HOME": ""]) == "/home/a/.cache/amorsize/ml_training")
    #expect(try folder(["HOME": "/home/a", "XDG_CACHE_HOME": "c"]) == "/home/a/.cache/amorsize/ml_training")
    #expect(throws: TrainingDataError.noCacheFolder) { try folder([:]) }
    #expect(throws: TrainingDataError.noCacheFolder) { try folder(["HOME": ""]) }
    let environment = ProcessInfo.processInfo.environment
    #expect(try TrainingDataStore().directory == TrainingDataStore.defaultDirectory(environment: environment))
  }

  @Test("A folder that is missing holds no samples, and is made when an execution is recorded")
  func missingFolder() throws {
    try withFolder { folder in
      let store = TrainingDataStore(directory: folder + "/a//b/ml_training/")
      #expect(try store.load(verbose: true).isEmpty)
      #expect(try namesIn(folder).isEmpty)
      try store.record(execution: Self.execution)
      #expect(try store.load().count == 1)
    }
  }

  @Test("A folder that cannot be made is an error")
  func folderThatCannotBeMade() throws {
    try withFolder { folder in
      try write("", "file", folder)
      let store = TrainingDataStore(directory: folder + "/file/ml_training")
      #expect(throws: TrainingDataError.self) { try store.record(execution: Self.execution) }
      #expect(throws: TrainingDataError.self) { try TrainingDataStore(directory: "").record(execution: Self.execution) }
      #expect(try namesIn(folder) == ["file"])
    }
  }

  @Test("Names are the reference's: kind, signature, milliseconds")
  func names() throws {
    try withFolder { folder in
      let store = TrainingDataStore(directory: folder, now: { 1_735_689_600.9879 })
      let batch = try store.record(execution: Self.execution)
      let streaming = try store.recordStreaming(execution: Self.streaming)
      #expect(batch == PathName("ml_training_0123456789abcdef_1735689600987.json"))
      #expect(streaming == PathName("ml_training_streaming_0123456789abcdef_1735689600987.json"))
      #expect(try namesIn(folder) == ["\(batch)", "\(streaming)"])
    }
  }

  @Test("A name that is taken is left alone, and the next millisecond's is used")
  func takenNames() throws {
    try withFolder { folder in
      try write("theirs", "ml_training_0123456789abcdef_5000.json", folder)
      let store = TrainingDataStore(directory: folder, now: { 5 })
      #expect(try store.record(execution: Self.execution) == PathName("ml_training_0123456789abcdef_5001.json"))
      #expect(try store.record(execution: Self.execution) == PathName("ml_training_0123456789abcdef_5002.json"))
      #expect(try contents("ml_training_0123456789abcdef_5000.json", folder) == "theirs")
      #expect(try namesIn(folder).count == 3)
    }
  }

  @Test("Executions recorded at once, in one millisecond, are all kept")
  func recordedAtOnce() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "uprev-tests-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = TrainingDataStore(directory: folder, now: { 7 })
    let names = try await withThrowingTaskGroup(of: PathName.self) { group in
      for _ in 0..<64 { group.addTask { try store.record(execution: Self.execution) } }
      return try await group.reduce(into: Set<PathName>()) { $0.insert($1) }
    }
    #expect(names.count == 64)
    #expect(try namesIn(folder).count == 64)
    #expect(try store.load().count == 64)
  }

  @Test("A streaming execution is loaded as one")
  func streamingRoundTrip() throws {
    try withFolder { folder in
      let store = TrainingDataStore(directory: folder, now: { 7 })
      try store.recordStreaming(execution: Self.streaming)
      #expect(
        try store.load() == [
          TrainingSample(
            nJobs: 4, chunkSize: 50, speedup: 3.2, timestamp: 7, functionSignature: "0123456789abcdef", bufferSize: 12,
            usesOrder: false, isStreaming: true)
        ])
    }
  }

  @Test(
    "A signature that is not 16 small hexadecimal digits is refused, and nothing is written",
    arguments: ["", "0123456789abcde", "0123456789ABCDEF", "../../../../etc/a", "0123456789abcdeé"])
  func invalidSignatures(_ signature: String) throws {
    try withFolder { folder in
      var execution = Self.execution
      execution.functionSignature = signature
      #expect(throws: TrainingDataError.invalidFunctionSignature(signature)) {
        try TrainingDataStore(directory: folder).record(execution: execution)
      }
      let names = try namesIn(folder)
      #expect(names.isEmpty)
    }
  }

  @Test("Numbers that make no execution are refused, and nothing is written")
  func invalidNumbers() throws {
    try withFolder { folder in
      let store = TrainingDataStore(directory: folder)
      var execution = Self.execution
      execution.nJobs = 0
      #expect(throws: TrainingDataError.notPositive(member: "n_jobs", value: 0)) {
        try store.record(execution: execution)
      }
      var streaming = Self.streaming
      streaming.chunkSize = -3
      #expect(throws: TrainingDataError.notPositive(member: "chunksize", value: -3)) {
        try store.recordStreaming(execution: streaming)
      }
      for time in [Double.infinity, -.infinity, 1e300] {
        let store = TrainingDataStore(directory: folder, now: { time })
        #expect(throws: TrainingDataError.invalidTime(time)) { try store.record(execution: Self.execution) }
      }
      let names = try namesIn(folder)
      #expect(names.isEmpty)
    }
  }

  @Test("The least that a file can hold gets the reference's defaults")
  func defaults() throws {
    try withFolder { folder in
      try write(#"{"n_jobs": 2, "chunksize": 10}"#, "ml_training_a_1.json", folder)
      let sample = try #require(try TrainingDataStore(directory: folder, now: { 99.5 }).load().first)
      #expect(sample == TrainingSample(nJobs: 2, chunkSize: 10, timestamp: 99.5))
      #expect(sample.features.dataSize == 1000)
      #expect(sample.features.estimatedItemTime == 0.01)
      #expect(sample.features.physicalCores == nil)
      #expect(sample.speedup == 1)
      #expect(!sample.isStreaming)
      #expect(sample.systemFingerprint == nil)
    }
  }

  @Test("Non-finite numbers, as Python saves them, are loaded")
  func nonFinite() throws {
    let samples = try samplesIn([
      "ml_training_a_1.json": #"{"n_jobs": 2, "chunksize": 10, "speedup": NaN}"#,
      "ml_training_a_2.json": #"{"n_jobs": 2, "chunksize": 10, "speedup": Infinity}"#,
      "ml_training_a_3.json": #"{"n_jobs": 2, "chunksize": 10, "speedup": -Infinity}"#,
    ])
    #expect(samples.map(\.speedup.isNaN) == [true, false, false])
    #expect(samples.dropFirst().map(\.speedup) == [.infinity, -.infinity])
  }

  @Test("A fingerprint that is not whole is none, and the sample is loaded")
  func incompleteFingerprint() throws {
    let samples = try samplesIn([
      "ml_training_a_1.json": #"{"n_jobs": 2, "chunksize": 10, "system_fingerprint": {"physical_cores": 8}}"#,
      "ml_training_a_2.json": #"{"n_jobs": 2, "chunksize": 10, "system_fingerprint": null}"#,
      "ml_training_a_3.json": #"{"n_jobs": 2, "chunksize": 10, "system_fingerprint": "x"}"#,
    ])
    #expect(samples.map(\.systemFingerprint) == [nil, nil, nil])
  }

  @Test(
    "A damaged file is skipped, named by a warning, and the others are loaded",
    arguments: [
      #"{"n_jobs": 2, "chunksize":"#, "", "[1]", "7", "{'n_jobs': 2}", "\u{FEFF}{}", #"{"chunksize": 10}"#,
      #"{"n_jobs": 2}"#, #"{"n_jobs": "2", "chunksize": 10}"#, #"{"n_jobs": 2.5, "chunksize": 10}"#,
      #"{"n_jobs": 1e30, "chunksize": 10}"#, #"{"n_jobs": 2, "chunksize": 10, "n_jobs": 3}"#,
      #"{"n_jobs": 2, "chunksize": 10, "features": 5}"#, #"{"n_jobs": 2, "chunksize": 10, "speedup": null}"#,
      #"{"n_jobs": 2, "chunksize": 10, "features": {"data_size": "1"}}"#,
    ])
  func damagedFiles(_ text: String) throws {
    try withFolder { folder in
      try write(text, "ml_training_a_1.json", folder)
      try write(#"{"n_jobs": 2, "chunksize": 10, "version": 2}"#, "ml_training_b_2.json", folder)
      let lines = Lines()
      let store = TrainingDataStore(directory: folder, messages: lines.add)
      #expect(try store.load().count == 1)
      #expect(lines.all.isEmpty)
      #expect(try store.load(verbose: true).count == 1)
      let warnings = lines.all.filter { $0.hasPrefix("Warning") }
      #expect(warnings.count == 1)
      #expect(warnings.first?.hasPrefix("Warning: Skipping corrupted training file: ml_training_a_1.json: ") == true)
      #expect(try contents("ml_training_a_1.json", folder) == text)
    }
  }

  @Test("Only ml_training_*.json is loaded")
  func otherFiles() throws {
    let text = #"{"n_jobs": 2, "chunksize": 10}"#
    let samples = try samplesIn([
      "ml_calibration.json": text, "system_fingerprint.json": text, "ml_training_a_1.tmp": text,
      "ml_training.json": text,
      "xml_training_a_1.json": text, "ml_training_.json": text, "ml_training_a_1.json": text,
    ])
    #expect(samples.count == 2)
  }

  @Test("What is no regular file is skipped with a warning; a link to one is followed")
  func specialFiles() throws {
    try withFolder { folder in
      try write(#"{"n_jobs": 2, "chunksize": 10, "version": 2}"#, "data", folder)
      try FileManager.default.createDirectory(
        atPath: folder + "/ml_training_a_1.json", withIntermediateDirectories: false)
      try #require(mkfifo(folder + "/ml_training_b_2.json", 0o600) == 0)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/ml_training_c_3.json", withDestinationPath: folder + "/data")
      // A link to nothing is as good as a file that vanished after it was listed.
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/ml_training_d_4.json", withDestinationPath: folder + "/nothing")
      let lines = Lines()
      #expect(try TrainingDataStore(directory: folder, messages: lines.add).load(verbose: true).count == 1)
      #expect(lines.all.count == 2)
      #expect(lines.all.allSatisfy { $0.hasSuffix("not a regular file") })
    }
  }

  @Test("A verbose load names each migration")
  func verboseLoad() throws {
    try withFolder { folder in
      try write(ReferenceCasesTests.version1, "ml_training_a_1.json", folder)
      try write(ReferenceCasesTests.version2, "ml_training_a_2.json", folder)
      let lines = Lines()
      #expect(try TrainingDataStore(directory: folder, messages: lines.add).load(verbose: true).count == 2)
      #expect(lines.all == ["Migrating training data from v1 to v2", "Migration complete: v1 → v2"])
    }
  }

  @Test(
    "Whatever system call fails, recording says so and leaves nothing behind",
    arguments: [("openat", 1), ("openat", 2), ("write", 1), ("fsync", 1), ("renameat2", 1), ("fsync", 2)])
  func failingCalls(_ call: String, _ occurrence: Int) throws {
    try withFolder { folder in
      let failing = FaultyFileSystem(faults: [.init(call, occurrence: occurrence, number: ENOSPC)])
      let store = TrainingDataStore(directory: folder, fileSystem: failing)
      let error = #expect(throws: TrainingDataError.self) { try store.record(execution: Self.execution) }
      guard case .cannotWrite(let failure) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(failure.number == ENOSPC)
      #expect(failing.record.failures == [call])
      // Once the file is in its place, a folder that cannot be flushed takes nothing away.
      let isInPlace = call == "fsync" && occurrence == 2
      let names = try namesIn(folder)
      #expect(names.count == (isInPlace ? 1 : 0))
    }
  }

  @Test("A file that cannot be read is skipped with a warning")
  func unreadableFile() throws {
    try withFolder { folder in
      for number in 1...3 {
        try write(#"{"n_jobs": \#(number), "chunksize": 10}"#, "ml_training_a_\(number).json", folder)
      }
      let failing = FaultyFileSystem(faults: [.init("read", occurrence: 3, number: EIO)])
      let lines = Lines()
      let samples = try TrainingDataStore(directory: folder, fileSystem: failing, messages: lines.add).load(
        verbose: true)
      #expect(samples.map(\.nJobs) == [1, 3])
      #expect(
        lines.all.filter { $0.hasPrefix("Warning") } == [
          "Warning: Skipping corrupted training file: ml_training_a_2.json: “ml_training_a_2.json” cannot be read: "
            + "the device reports an error; check the disk (read: Input/output error)"
        ])
    }
  }

  @Test("A file that vanishes after it was listed is as good as never there")
  func vanishingFile() throws {
    try withFolder { folder in
      for number in 1...3 {
        try write(#"{"n_jobs": \#(number), "chunksize": 10}"#, "ml_training_a_\(number).json", folder)
      }
      let racing = FaultyFileSystem { call, occurrence, _ in
        // The first opens the folder, the next the files in turn.
        if call == "openat", occurrence == 3 { unlink(folder + "/ml_training_a_2.json") }
        return nil
      }
      let lines = Lines()
      let samples = try TrainingDataStore(directory: folder, fileSystem: racing, messages: lines.add).load(
        verbose: true)
      #expect(samples.map(\.nJobs) == [1, 3])
      #expect(!lines.all.contains { $0.hasPrefix("Warning") })
    }
  }

  @Test("A folder that is there and cannot be read is an error, not an empty cache")
  func unreadableFolder() throws {
    try withFolder { folder in
      for call in ["openat", "readdir"] {
        let failing = FaultyFileSystem(faults: [.init(call, number: EACCES)])
        let store = TrainingDataStore(directory: folder, fileSystem: failing)
        #expect(throws: TrainingDataError.self) { try store.load() }
        #expect(failing.record.failures == [call])
      }
    }
  }

  @Test("Each error says what to do about it")
  func words() throws {
    #expect(
      String(describing: TrainingDataError.noCacheFolder)
        == "there is no folder for training data: set HOME or XDG_CACHE_HOME, or give the store a folder")
    #expect(
      String(describing: TrainingDataError.invalidFunctionSignature("x"))
        == "the function signature 'x' is not 16 small hexadecimal digits: give the first 16 of a digest")
    #expect(
      String(describing: TrainingDataError.notPositive(member: "n_jobs", value: 0))
        == "n_jobs is 0: it must be 1 or more")
    #expect(
      String(describing: TrainingDataError.invalidTime(.infinity))
        == "the time inf is out of range: the clock must give seconds since 1970")
    #expect(
      String(describing: TrainingDataError.noFreeName(PathName("a.json")))
        == "every name from a.json on is taken: remove old training data")
    try withFolder { folder in
      try write("", "file", folder)
      do {
        try TrainingDataStore(directory: folder + "/file").record(execution: Self.execution)
        Issue.record("a file was taken for a folder")
      } catch {
        let text = "“\(folder)/file” cannot be written: a part of its path is no folder (openat: Not a directory)"
        #expect(String(describing: error) == text)
      }
    }
  }
}
