import AmorsizeTrainingData
import Foundation
import Testing

@Suite("The samples")
struct SamplesTests {
  static let folder = sourceRoot.appending(path: "samples/cache/ml_training").path

  @Test("The script that wrote the samples would write them again")
  func samplesAreReproducible() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", sourceRoot.appending(path: "scripts/make-samples.py").path, "--check"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("The samples load as the reference's loader loads them")
  func samplesLoadAsTheReferenceLoadsThem() throws {
    let expected = try withFolder { folder in
      let output = folder + "/answer"
      try python(Self.loader, [Self.folder, output])
      return try contents("answer", folder).split(separator: "\n").map(String.init)
    }
    let lines = Lines()
    let samples = try TrainingDataStore(directory: Self.folder, messages: lines.add).load(verbose: true)
    #expect(samples.count > 50)
    #expect(
      samples.map { sample in
        let time = sample.features.estimatedItemTime.bitPattern
        return "\(sample.nJobs) \(sample.chunkSize) \(sample.features.dataSize) \(time) \(sample.isStreaming)"
      } == expected)
    #expect(lines.all.count { $0.hasPrefix("Migrating") } == lines.all.count { $0.hasPrefix("Migration complete") })
    #expect(lines.all.count { $0.hasPrefix("Warning") } == 9)
  }

  /// What the reference does with a file, in its own language; a name twice in one object, which it does not see, apart.
  private static let loader = """
    import glob, json, struct, sys
    def unique(pairs):
        if len(dict(pairs)) < len(pairs): raise ValueError
        return dict(pairs)
    with open(sys.argv[2], 'w') as output:
        for name in sorted(glob.glob(glob.escape(sys.argv[1]) + '/ml_training_*.json')):
            try:
                with open(name, encoding='utf-8') as file:
                    data = json.load(file, object_pairs_hook=unique)
                features = data.get('features', {})
                time = struct.unpack('<Q', struct.pack('<d', features.get('estimated_item_time', 0.01)))[0]
                line = [int(data['n_jobs']), data['chunksize'], features.get('data_size', 1000), time,
                        str(data.get('is_streaming', False)).lower()]
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            print(*line, file=output)
    """
}
