import AmorsizeTrainingData
import LosslessJSON
import Synchronization

extension Main {
  static func versionInformation() {
    heading("LIBRARY 1: The version of the training data")
    print(
      """
      Current version: \(currentMLTrainingDataVersion())

        v1  the first format; the files name no version, so a file without one is v1
        v2  the same members, and "version"
      """)
  }

  static func migrationOfVersion1() throws {
    heading("LIBRARY 2: Migration of version 1")
    let old = JSONText(
      """
      {
        "features": {
          "data_size": 1000,
          "estimated_item_time": 1e-05,
          "start_method": "spawn"
        },
        "n_jobs": 4,
        "chunksize": 50,
        "speedup": 3.2,
        "timestamp": 1234567890.0
      }
      """)
    print("Before:\n\n\(old)\n")
    let new = try TrainingDataMigration.migrate(old, verbose: true) { print($0) }
    print("\nAfter:\n\n\(new)\n")
    guard try TrainingDataMigration.migrate(new) == new else {
      throw DemoFailure("a migrated document was migrated again")
    }
    print("Migrated again, it stays as it is. The text before is untouched: a migration returns a new one.")
  }

  static func mixedCache(_ folder: String) throws {
    heading("LIBRARY 3: A cache of both versions, and of what went wrong over the years")
    let lines = Lines()
    let samples = try TrainingDataStore(directory: folder, messages: lines.add).load(verbose: true)
    let migrated = lines.all.filter { $0.hasPrefix("Migration complete") }
    let warnings = lines.all.filter { $0.hasPrefix("Warning") }
    guard !samples.isEmpty, !migrated.isEmpty, !warnings.isEmpty else {
      throw DemoFailure("the folder holds no mixed cache")
    }
    print(
      """
      Samples loaded: \(samples.count), of them \(samples.count(where: \.isStreaming)) streaming
      Migrated in memory: \(migrated.count); the files stay as they are
      Damaged files skipped, each with a warning: \(warnings.count), for example

      """)
    for warning in warnings.prefix(3) { print("  \(warning)") }
    if let first = samples.first { print("\nThe first sample: \(describe(first))") }
  }

  static func newDataCarriesTheVersion(_ folder: String) throws {
    heading("LIBRARY 4: New data carries the version")
    let store = TrainingDataStore(directory: folder)
    let before = try store.load().count
    let features = TrainingFeatures(
      dataSize: 25_000, estimatedItemTime: 1e-05, physicalCores: 8, availableMemory: 16_000_000_000, startMethod: .fork,
      pickleSize: 1024, coefficientOfVariation: 0.3, functionComplexity: 50)
    let batch = try store.record(
      execution: Execution(
        features: features, nJobs: 4, chunkSize: 50, speedup: 3.2, functionSignature: "0123456789abcdef"))
    let streaming = try store.recordStreaming(
      execution: StreamingExecution(
        features: features, nJobs: 4, chunkSize: 50, speedup: 3.4, functionSignature: "0123456789abcdef",
        bufferSize: 12,
        usesOrder: false))
    print("Saved, each whole or not at all:\n\n  \(batch)\n  \(streaming)")
    let samples = try store.load()
    guard samples.count == before + 2, let latest = samples.last(where: { $0.functionSignature == "0123456789abcdef" })
    else { throw DemoFailure("what was saved does not load") }
    print("\nLoaded again: \(describe(latest))")
  }

  static func benefits() {
    heading("LIBRARY 5: What versions are good for")
    print(
      """
      1. An upgrade needs no hand work: old files are brought up to date when they are read.
      2. Nothing learned is lost: no cache is thrown away because its format is old.
      3. A file of a later version, or with a version that makes no sense, is seen and named.
      4. The next version is one more step in a chain: v1 → v2 → v3.
      5. Programs of before and after share one cache.

      On load, that happens in memory, in each program, each time. Uprev does it once, on disk, for whole trees and for
      snapshots, and leaves every other byte as it was: that comes next.
      """)
  }

  private static func describe(_ sample: TrainingSample) -> String {
    "\(sample.features.dataSize) items, n_jobs \(sample.nJobs), chunks of \(sample.chunkSize), speedup \(sample.speedup)"
  }
}

/// Collects lines.
private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  var add: MessageSink {
    { line in self.lines.withLock { $0.append(line) } }
  }
}
