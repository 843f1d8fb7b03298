import AmorsizeTrainingData
import LosslessJSON
import Testing

/// The sixteen cases that the reference tests its versions and migrations with.
@Suite("The reference's cases")
struct ReferenceCasesTests {
  static let version1 = """
    {
      "features": {
        "data_size": 1000,
        "estimated_item_time": 0.01,
        "physical_cores": 8,
        "available_memory": 16000000000,
        "start_method": "spawn"
      },
      "n_jobs": 4,
      "chunksize": 50,
      "speedup": 3.2,
      "timestamp": 1234567890.0,
      "function_signature": "5ca1ab1e5ca1ab1e"
    }
    """
  static let everyMember = """
    {
      "features": {
        "data_size": 1000,
        "estimated_item_time": 0.01,
        "physical_cores": 8,
        "available_memory": 16000000000,
        "start_method": "spawn",
        "pickle_size": 1024,
        "coefficient_of_variation": 0.3,
        "function_complexity": 50
      },
      "n_jobs": 4,
      "chunksize": 50,
      "speedup": 3.2,
      "timestamp": 1234567890.0,
      "buffer_size": 12,
      "use_ordered": true,
      "is_streaming": true,
      "system_fingerprint": {
        "physical_cores": 8,
        "l3_cache_mb": 16.0,
        "numa_nodes": 1,
        "memory_bandwidth_gb_s": 50.0,
        "start_method": "spawn",
        "system_id": "0a1b2c3d4e5f6071"
      },
      "adaptive_chunking_enabled": true,
      "adaptation_rate": 0.3,
      "min_chunksize": 10,
      "max_chunksize": 100
    }
    """
  static let version2 = """
    {
      "version": 2,
      "features": {
        "data_size": 2000,
        "estimated_item_time": 0.02,
        "physical_cores": 8,
        "available_memory": 16000000000,
        "start_method": "spawn"
      },
      "n_jobs": 8,
      "chunksize": 100,
      "speedup": 6.5,
      "timestamp": 1234567891.0,
      "function_signature": "b01dfaceb01dface"
    }
    """
  let execution = Execution(
    features: TrainingFeatures(dataSize: 1000, estimatedItemTime: 0.01), nJobs: 4, chunkSize: 50, speedup: 3.2,
    functionSignature: "0123456789abcdef")

  // MARK: The version constant

  @Test("The version is an integer")
  func versionIsAnInteger() {
    let version: Int = currentMLTrainingDataVersion()
    #expect(version == 2)
  }

  @Test("The version is positive")
  func versionIsPositive() {
    #expect(currentMLTrainingDataVersion() > 0)
    #expect(mlTrainingDataVersionIfMissing > 0)
  }

  @Test("The function answers the constant")
  func functionAnswersTheConstant() {
    #expect(currentMLTrainingDataVersion() == mlTrainingDataVersion)
  }

  // MARK: The single step

  @Test("The step from version 1 to 2 adds the version, as the last member")
  func stepAddsTheVersion() throws {
    let migrated = try TrainingDataMigration.migrateV1ToV2(JSONText(Self.version1))
    #expect(
      String(describing: migrated)
        == Self.version1.dropLast(2) + #"""
          ,
            "version": 2
          }
          """#)
  }

  @Test("The step from version 1 to 2 keeps every member as it is")
  func stepKeepsEveryMember() throws {
    let migrated = String(describing: try TrainingDataMigration.migrateV1ToV2(JSONText(Self.everyMember)))
    for line in Self.everyMember.split(separator: "\n").dropLast(2) {
      #expect(migrated.split(separator: "\n").contains(line))
    }
    let old = try samplesIn(["ml_training_a_1.json": Self.everyMember])
    let new = try samplesIn(["ml_training_a_1.json": migrated])
    #expect(old == new)
    #expect(new.first?.systemFingerprint?.systemID == "0a1b2c3d4e5f6071")
  }

  @Test("The step from version 1 to 2 does not modify its input")
  func stepDoesNotModifyItsInput() throws {
    let input = JSONText(Self.version1)
    let migrated = try TrainingDataMigration.migrateV1ToV2(input)
    #expect(input == JSONText(Self.version1))
    #expect(migrated != input)
  }

  // MARK: The general migration

  @Test("A text without a version is version 1, and is migrated")
  func textWithoutVersionIsMigrated() throws {
    let text = JSONText(#"{"features": {"data_size": 1000}, "n_jobs": 4, "chunksize": 50}"#)
    let migrated = try TrainingDataMigration.migrate(text)
    #expect(
      String(describing: migrated) == #"{"features": {"data_size": 1000}, "n_jobs": 4, "chunksize": 50, "version": 2}"#)
  }

  @Test("A text of version 2 is recognised")
  func version2IsRecognised() throws {
    let text = JSONText(Self.version2)
    #expect(try TrainingDataMigration.migrate(text) == text)
  }

  @Test(
    "What is at the current version already is not changed, however the version is written",
    arguments: [#"{"version": 2}"#, #"{"version": 2.0, "n_jobs": 4}"#, #"{"n_jobs":4,"version":20e-1}"#])
  func currentIsNotChanged(_ text: String) throws {
    let lines = Lines()
    let migrated = try TrainingDataMigration.migrate(JSONText(text), verbose: true, messages: lines.add)
    #expect(String(describing: migrated) == text)
    #expect(lines.all.isEmpty)
  }

  @Test("A verbose migration says what it does, in the reference's words")
  func verboseMigrationSaysWhatItDoes() throws {
    let lines = Lines()
    _ = try TrainingDataMigration.migrate(JSONText(Self.version1), verbose: true, messages: lines.add)
    #expect(lines.all == ["Migrating training data from v1 to v2", "Migration complete: v1 → v2"])
    let silent = Lines()
    _ = try TrainingDataMigration.migrate(JSONText(Self.version1), messages: silent.add)
    #expect(silent.all.isEmpty)
  }

  // MARK: Saving

  @Test("A recorded execution is saved with the version, as its first member")
  func recordedExecutionCarriesTheVersion() throws {
    try withFolder { folder in
      let name = try TrainingDataStore(directory: folder).record(execution: execution)
      #expect(try namesIn(folder) == ["\(name)"])
      #expect(try contents("\(name)", folder).hasPrefix("{\n  \"version\": 2,\n  \"features\": {\n"))
    }
  }

  // MARK: Old and mixed caches

  @Test("Old data of version 1 is loaded, and stays as it is on disk")
  func oldDataIsLoaded() throws {
    try withFolder { folder in
      try write(Self.everyMember, "ml_training_test_abc123_1234567890.json", folder)
      let samples = try TrainingDataStore(directory: folder).load()
      #expect(samples.count == 1)
      #expect(samples.first?.nJobs == 4)
      #expect(samples.first?.chunkSize == 50)
      #expect(samples.first?.speedup == 3.2)
      #expect(try contents("ml_training_test_abc123_1234567890.json", folder) == Self.everyMember)
    }
  }

  @Test("A cache of versions 1 and 2 is loaded whole")
  func mixedCacheIsLoaded() throws {
    let samples = try samplesIn([
      "ml_training_test_v1_1234567890.json": Self.version1, "ml_training_test_v2_1234567891.json": Self.version2,
    ])
    #expect(samples.map(\.nJobs) == [4, 8])
    #expect(samples.map(\.timestamp) == [1_234_567_890, 1_234_567_891])
  }

  // MARK: Corrupted and newer versions

  @Test(
    "A corrupted version is passed through unchanged, and named",
    arguments: ["\"invalid\"", "null", "\"2\"", "0", "-1", "true", "1.5", "[2]", "{}", "NaN"])
  func corruptedVersionIsPassedThrough(_ version: String) throws {
    let text = #"{"version": \#(version), "features": {"data_size": 1000}, "n_jobs": 4}"#
    let lines = Lines()
    let migrated = try TrainingDataMigration.migrate(JSONText(text), verbose: true, messages: lines.add)
    #expect(String(describing: migrated) == text)
    #expect(lines.all.count == 1)
    #expect(lines.all.first?.hasPrefix("Training data left unchanged: ") == true)
    #expect(lines.all.first?.contains(version) == true)
  }

  @Test(
    "A newer version is passed through unchanged, and named", arguments: ["999", "3", "1e3", "2000000000000000000000"])
  func newerVersionIsPassedThrough(_ version: String) throws {
    let text = #"{"version": \#(version), "features": {"data_size": 1000}, "n_jobs": 4}"#
    let lines = Lines()
    let migrated = try TrainingDataMigration.migrate(JSONText(text), verbose: true, messages: lines.add)
    #expect(String(describing: migrated) == text)
    #expect(lines.all.count == 1)
    #expect(lines.all.first?.contains("newer than v2") == true)
  }

  // MARK: Round trip

  @Test("What is saved is loaded again, value by value")
  func roundTrip() throws {
    try withFolder { folder in
      let store = TrainingDataStore(directory: folder, now: { 1_735_689_600.125 })
      try store.record(execution: execution)
      let samples = try store.load()
      #expect(
        samples == [
          TrainingSample(
            features: execution.features, nJobs: 4, chunkSize: 50, speedup: 3.2, timestamp: 1_735_689_600.125,
            functionSignature: "0123456789abcdef")
        ])
    }
  }
}
