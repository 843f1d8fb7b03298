import Foundation
import LosslessJSON
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

@Suite("The pipeline of Amorsize")
struct AmorsizePipelineTests {
  @Test(
    "Each file of the caches is claimed by its format, and nothing else by any",
    arguments: [
      ("ml_training/ml_training_0123456789abcdef_1700000000000.json", "ml-training-data"),
      ("ml_training_streaming_0123456789abcdef_1700000000000.json", "ml-training-data"),
      ("a/b/ml_training/ml_training_x.json", "ml-training-data"),
      ("ml_training/ml_calibration.json", "calibration"),
      ("ml_training/system_fingerprint.json", "system-fingerprint"),
      ("optimization_cache/func:0123456789abcdef_size:medium_time:fast_v:1.json", "optimization-cache"),
      ("cache/amorsize/optimization_cache/x.json", "optimization-cache"),
      ("func:0123456789abcdef_size:medium_time:fast_v:1.json", "optimization-cache"),
      ("benchmark_cache/anything.json", "benchmark-cache"),
      ("ml_training/ml_training_x.json.tmp", nil), ("ml_training/ml_training_x.tmp", nil),
      ("ml_training/other.json", nil), ("benchmark_cache/deeper/x.json", nil), ("README.md", nil),
      ("../ml_training_x.json", nil), ("/ml_training_x.json", nil),
    ])
  func claims(path: String, format: String?) throws {
    let formats = try TestPipeline.amorsize().formats
    let claim = Claims(formats: formats.map(\.files), excluded: []).claim(PathName(path))
    if let format {
      #expect(claim == .format(try #require(formats.firstIndex { $0.name == format })))
    } else {
      #expect(claim == .unmatched)
    }
  }

  @Test(
    "Each format has its own version",
    arguments: [
      ("calibration", "{\"version\": \"1.0\"}", "current"), ("calibration", "{\"version\": 1.0}", "invalid-version"),
      ("calibration", "{}", "invalid-version"), ("calibration", "{\"version\": \"2.0\"}", "unknown-version"),
      ("system-fingerprint", "{\"fingerprint\": {}, \"version\": \"1.0\"}", "current"),
      ("optimization-cache", "{\"cache_version\": 1}", "current"),
      ("optimization-cache", "{\"cache_version\": 2}", "newer"),
      ("optimization-cache", "{\"version\": 1}", "invalid-version"),
      ("benchmark-cache", "{\"cache_version\": 1, \"x\": NaN}", "current"),
      ("ml-training-data", "{\"version\": 2}", "current"), ("ml-training-data", "{\"version\": 999}", "newer"),
      ("ml-training-data", "{\"version\": \"invalid\"}", "invalid-version"),
      ("ml-training-data", "{\"version\": null}", "invalid-version"),
      ("ml-training-data", "{\"version\": 0}", "unknown-version"),
      ("ml-training-data", "{\"version\": -1}", "unknown-version"),
      ("ml-training-data", "{\"n_jobs\": 1, \"chunksize\": 1}", "migrated"),
      ("ml-training-data", "{\"n_jobs\": 0, \"chunksize\": 1}", "schema-violation"),
      ("ml-training-data", "{\"n_jobs\": 1}", "schema-violation"),
      ("ml-training-data", "{\"n_jobs\": 1, \"chunksize\": 1, \"speedup\": NaN, \"more\": [1]}", "migrated"),
      ("ml-training-data", "{\"n_jobs\": 1, \"chunksize\": 1, \"features\": {\"pickle_size\": null}}", "migrated"),
      (
        "ml-training-data", "{\"n_jobs\": 1, \"chunksize\": 1, \"features\": {\"start_method\": \"x\"}}",
        "schema-violation"
      ),
    ])
  func versions(format: String, text: String, expected: String) throws {
    let formats = try TestPipeline.amorsize().formats
    let index = try #require(formats.firstIndex { $0.name == format })
    let decision = Decider(formats: formats).decide(Array(text.utf8), format: index)
    #expect((decision.error?.code.rawValue ?? decision.outcome.rawValue) == expected)
  }

  @Test("Thousands of documents become exactly what Python would have written")
  func oracle() throws {
    let seed = 20_261_125
    print("seed \(seed)")
    let python = try ChildProcess.run("python3", ["-c", Self.script, String(seed), "4000"])
    #expect(python.status == 0, "\(python.errorText)")
    let decider = Decider(formats: try TestPipeline.amorsize().formats)
    var position = python.output.startIndex
    var compared = 0
    func next() throws -> ArraySlice<UInt8> {
      let end = try #require(python.output[position...].firstIndex(of: 0))
      defer { position = end + 1 }
      return python.output[position..<end]
    }
    while position < python.output.endIndex {
      let before = try next()
      let after = try next()
      let decision = decider.decide(before)
      guard decision.outcome == .migrated, decision.replacement?.bytes.elementsEqual(after) == true else {
        Issue.record(
          "document \(compared): \(String(decoding: before, as: UTF8.self)) became \(decision.outcome) \(decision.replacementText ?? String(describing: decision.error))"
        )
        return
      }
      #expect(decision.warnings.isEmpty, "\(decision.warnings)")
      compared += 1
    }
    #expect(compared == 4000)
  }

  /// Writes old and new documents, each followed by a zero byte.
  private static let script = """
    import json, random, struct, sys
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    r = random.Random(seed)
    odd = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e-05, 1e22, 1e16, 1.5e300, 5e-324, 0.1, 1234567890.0]
    texts = ["", "plain", "h\\u00e9llo", "\\U0001f600", "tab\\t\\"quote\\"\\\\", "\\u0000\\u001f\\u007f", "\\u2028/", "\\ud800"]
    def number():
        k = r.randrange(4)
        if k == 0: return r.choice(odd)
        if k == 1: return r.uniform(-1e6, 1e6)
        if k == 2: return struct.unpack("d", r.randbytes(8))[0]
        return r.randrange(-10**40, 10**40)
    def value(depth):
        k = r.randrange(8 if depth else 5)
        if k == 0: return number()
        if k == 1: return r.choice(texts)
        if k == 2: return r.choice([None, True, False])
        if k == 3: return [] if r.random() < .5 else {}
        if k == 4: return r.randrange(-5, 5)
        if k < 7: return {r.choice(texts) + str(i): value(depth - 1) for i in range(r.randrange(5))}
        return [value(depth - 1) for _ in range(r.randrange(5))]
    def maybe(d, key, make, p=.7):
        if r.random() < p: d[key] = make()
    for _ in range(count):
        d = {}
        if r.random() < .8:
            f = d["features"] = {}
            maybe(f, "data_size", lambda: r.randrange(10**9))
            maybe(f, "estimated_item_time", number)
            maybe(f, "physical_cores", lambda: r.randrange(1, 256))
            maybe(f, "available_memory", lambda: r.randrange(2**40))
            maybe(f, "start_method", lambda: r.choice(["fork", "spawn", "forkserver"]))
            maybe(f, "pickle_size", lambda: r.choice([None, r.randrange(10**7)]))
            maybe(f, "coefficient_of_variation", lambda: r.choice([None, number()]))
            maybe(f, "function_complexity", lambda: r.choice([None, r.randrange(10**5)]))
        d["n_jobs"] = r.randrange(1, 129)
        d["chunksize"] = r.randrange(1, 10**6)
        maybe(d, "speedup", number)
        maybe(d, "timestamp", number)
        maybe(d, "function_signature", lambda: r.choice(texts + ["%016x" % r.getrandbits(64)]))
        if r.random() < .3:
            d["buffer_size"] = r.randrange(1000)
            d["use_ordered"] = r.random() < .5
            d["is_streaming"] = True
        else:
            maybe(d, "system_fingerprint", lambda: r.choice([None, {"physical_cores": 8, "l3_cache_mb": number(), "numa_nodes": 1,
                "memory_bandwidth_gb_s": number(), "start_method": "fork", "system_id": r.choice(texts)}]))
            maybe(d, "adaptive_chunking_enabled", lambda: r.choice([None, True, False]))
            maybe(d, "adaptation_rate", lambda: r.choice([None, number()]))
            maybe(d, "min_chunksize", lambda: r.choice([None, 1]))
        for i in range(r.randrange(3)):
            d["extra" + r.choice(texts) + str(i)] = value(3)
        if r.random() < .3: d["version"] = 1
        for text in (json.dumps(d, indent=2), json.dumps({**d, "version": 2}, indent=2)):
            sys.stdout.buffer.write(text.encode("ascii") + b"\\0")
    """
}
