import AmorsizeTrainingData
import Foundation
import Testing
import UprevTestSupport

@Suite("The samples")
struct SamplesTests {
  static let folder = sourceRoot.appending(path: "samples/cache/ml_training").path

  @Test("The script that wrote the samples would write them again")
  func samplesAreReproducible() throws {
    let script = sourceRoot.appending(path: "scripts/make-samples.py").path
    let check = try ChildProcess.run("python3", [script, "--check"])
    #expect(check.status == 0, "\(check.errorText)")
  }

  @Test("The samples load as the reference's loader loads them")
  func samplesLoadAsTheReferenceLoadsThem() throws {
    let answer = try python(Self.loader, [Self.folder])
    let expected = String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
    let lines = Lines()
    let samples = try TrainingDataStore(directory: Self.folder, messages: lines.add).load(verbose: true)
    #expect(samples.count > 50)
    #expect(
      samples.map { sample in
        let time = sample.features.estimatedItemTime.bitPattern
        return "\(sample.nJobs) \(sample.chunkSize) \(sample.features.dataSize) \(time) \(sample.isStreaming)"
      } == expected)
    #expect(lines.all.count { $0.hasPrefix("Migrating") } == lines.all.count { $0.hasPrefix("Migration complete") })
    #expect(lines.all.count { $0.hasPrefix("Warning") } == 10)
  }

  /// What the reference does with a file, in its own language; a name twice in one object, which it does not see, apart.
  private static let loader = """
    import glob, json, struct, sys
    def unique(pairs):
        if len(dict(pairs)) < len(pairs): raise ValueError
        return dict(pairs)
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
        print(*line)
    """
}
