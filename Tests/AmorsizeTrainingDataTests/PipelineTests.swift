import AmorsizeTrainingData
import Foundation
import LosslessJSON
import Testing
import UprevCore
import UprevReport

/// The library and the shipped pipeline are two ways to say one thing.
@Suite("The library and the pipeline")
struct PipelineTests {
  private struct Origin: DocumentOrigin {}

  private let pipeline: Pipeline
  private let decider: Decider
  /// The same without schemas, which the library does not have.
  private let unvalidated: Decider
  private let trainingData: Int

  init() throws {
    let file = sourceRoot.appending(path: "pipelines/amorsize/pipeline.yaml").path
    pipeline = try PipelineFile.load(PathName(file), fileSystem: LocalFileSystem())
    decider = Decider(formats: pipeline.formats)
    unvalidated = Decider(
      formats: pipeline.formats.map { format in
        var format = format
        format.validation = ValidationPolicy(before: .off, after: .off)
        return format
      })
    trainingData = try #require(pipeline.formats.firstIndex { $0.name == "ml-training-data" })
  }

  private func document(_ text: JSONText, _ path: String = "ml_training_a_1.json", format: Int) -> Document {
    Document(reference: DocumentReference(path: PathName(path), format: format), text: text, origin: Origin())
  }

  @Test("Both have the same current version, and the same version for a text without one")
  func versionsAgree() {
    #expect(pipeline.formats[trainingData].current == FormatVersion(mlTrainingDataVersion))
    #expect(pipeline.formats[trainingData].version.value?.missing == FormatVersion(mlTrainingDataVersionIfMissing))
  }

  @Test("Both make the same bytes of 4,000 documents, and refuse the same ones")
  func bothMakeTheSameBytes() throws {
    var outcomes: [Outcome: Int] = [:]
    for text in try documents(seed: 20_250_630, count: 4000) + samples() {
      let document = document(text, format: trainingData)
      var decision = decider.decide(document)
      if decision.error?.code == .schemaViolation { decision = unvalidated.decide(document) }
      outcomes[decision.outcome, default: 0] += 1
      try requireAgreement(decision, text)
    }
    #expect(outcomes[.migrated, default: 0] > 1500)
    #expect(outcomes[.current, default: 0] > 100)
    #expect(outcomes[.newer, default: 0] > 50)
    #expect(outcomes[.rejected, default: 0] > 100)
  }

  private func requireAgreement(_ decision: Decision, _ text: JSONText) throws {
    switch (decision.outcome, decision.error?.code) {
    case (.migrated, _):
      try #require(try TrainingDataMigration.migrate(text) == decision.replacement, "\(text)")
    case (.current, _), (.newer, _), (.rejected, .invalidVersion), (.rejected, .unknownVersion):
      try #require(try TrainingDataMigration.migrate(text) == text, "\(text)")
    case (.rejected, .invalidJSON), (.rejected, .notUTF8), (.rejected, .duplicateKey), (.rejected, .tooDeep),
      (.rejected, .stepFailed):
      #expect(throws: TrainingDataTextError.self, "\(text)") { try TrainingDataMigration.migrate(text) }
    default:
      Issue.record("\(decision.outcome) \(String(describing: decision.error)): \(text)")
    }
  }

  @Test("Each sample has the outcome that the samples' description names")
  func samplesHaveTheirOutcomes() throws {
    let claims = Claims(formats: pipeline.formats.map(\.files), excluded: [])
    var seen: [String: Int] = [:]
    for (path, expected) in try describedOutcomes() where expected != "skipped" {
      let found: String
      switch claims.claim(PathName(path)) {
      case .unmatched: found = "unmatched"
      case .excluded: found = "excluded"
      case .format(let format):
        let bytes = try Data(contentsOf: sourceRoot.appending(path: "samples/cache/\(path)"))
        let decision = decider.decide(document(JSONText(bytes), path, format: format))
        found = decision.outcome.rawValue + (decision.error.map { ": \($0.code.rawValue)" } ?? "")
      }
      #expect(found == expected, "\(path)")
      seen[found, default: 0] += 1
    }
    #expect(Set(seen.keys).isSuperset(of: ["migrated", "current", "newer", "unmatched", "rejected: invalid-version"]))
    #expect(seen.values.reduce(0, +) > 75)
  }

  /// The rows of the samples' README: path and outcome.
  private func describedOutcomes() throws -> [(String, String)] {
    try contents("README.md", sourceRoot.appending(path: "samples").path).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard line.hasPrefix("| `"), cells.count == 3, cells[1] != "outcome" else { return nil }
      return (cells[0].trimmingCharacters(in: ["`"]), cells[1])
    }
  }

  private func samples() throws -> [JSONText] {
    let folder = sourceRoot.appending(path: "samples/cache/ml_training")
    return try namesIn(folder.path).filter { $0.hasPrefix("ml_training_") && $0.hasSuffix(".json") }.map { name in
      JSONText(try Data(contentsOf: folder.appending(path: name)))
    }
  }

  private func documents(seed: UInt64, count: Int) throws -> [JSONText] {
    let output = try python(Self.generator, [String(seed), String(count)])
    return output.split(separator: 0, omittingEmptySubsequences: true).map { JSONText($0) }
  }

  /// Training data in many layouts, with versions of all kinds, some of it damaged; a zero byte after each.
  private static let generator = #"""
    import json, random, sys
    pick = random.Random(int(sys.argv[1]))
    def execution():
        optional = lambda value: pick.choice([None, value])
        data = {'features': {'data_size': pick.randrange(1, 10**6), 'estimated_item_time': pick.uniform(0, 1) ** 9,
                'physical_cores': pick.randrange(1, 128), 'available_memory': pick.randrange(10**12),
                'start_method': pick.choice(['fork', 'spawn', 'forkserver']), 'pickle_size': optional(64),
                'coefficient_of_variation': optional(pick.random()), 'function_complexity': optional(50)},
                'n_jobs': pick.randrange(1, 64), 'chunksize': pick.randrange(1, 999),
                'speedup': pick.choice([1.5, 1e-05, float('nan'), float('inf'), -float('inf'), 12.75]),
                'timestamp': 1.7e9 + pick.random(), 'function_signature': '%016x' % pick.getrandbits(64)}
        if pick.randrange(3) == 0:
            data.update(buffer_size=12, use_ordered=pick.random() < 0.5, is_streaming=True)
        if pick.randrange(3) == 0:
            data['notes'] = pick.choice(['größe', '→ \u2028 😀', 'a "quoted" \\ word\n', ''])
        if pick.randrange(3) == 0:
            data['nested'] = pick.choice([{}, [], {'version': 7}, [[], {}], [{'version': 1}]])
        return data
    versions = ['1', '1.0', '10e-1', '2', '2.0', '20e-1', '999', '3', '1e400', '0', '-1', '-0.0', 'true', 'null', '"2"', '1.5',
                '"invalid"', '[2]', '{"version": 2}', 'NaN', '123456789012345678901234567890']
    for _ in range(int(sys.argv[2])):
        data = execution()
        mark = None
        if pick.randrange(3) == 0:
            items = list(data.items())
            items.insert(pick.randrange(len(items) + 1), ('version', 'MARK'))
            data, mark = dict(items), pick.choice(versions)
        comma, colon = pick.choice([(',', ':'), (', ', ': '), (',', ': '), (' ,', ' : ')])
        text = json.dumps(data, indent=pick.choice([None, 0, 1, 2, 2, 2, 4, '\t']), separators=(comma, colon),
                          ensure_ascii=pick.random() < 0.7)
        if mark is not None:
            text = text.replace('"MARK"', mark, 1)
            if pick.randrange(8) == 0: text = text.replace('"version"', '"\\u0076ersion"', 1)
        if pick.randrange(4) == 0: text = text.replace('\n', '\r\n')
        if pick.randrange(4) == 0: text += pick.choice(['\n', '\r\n', ' ', '\n\n'])
        text = text.encode()
        if pick.randrange(20) == 0: text = text[:pick.randrange(len(text)) or 1]
        if pick.randrange(40) == 0: text = text.replace(b'n_jobs', b'chunksize', 1)
        if pick.randrange(40) == 0: text = text.replace(b'fork', b'f\xffrk', 1)
        sys.stdout.buffer.write(text + b'\0')
    """#
}
