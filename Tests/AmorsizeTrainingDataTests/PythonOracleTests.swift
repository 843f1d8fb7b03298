import Foundation
import LosslessJSON
import Testing

@testable import AmorsizeTrainingData

/// Python itself says what the bytes must be.
@Suite("Python's bytes")
struct PythonOracleTests {
  static let seed: UInt64 = 20_250_630

  @Test("The step from version 1 to 2 writes what Python writes for {**old, \"version\": 2}, for 4,000 documents")
  func stepWritesWhatPythonWrites() throws {
    let pairs = try answers(Self.documents, [String(Self.seed), "4000"])
    #expect(pairs.count == 8000)
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      let migrated = try TrainingDataMigration.migrateV1ToV2(JSONText(pairs[index]))
      try #require(
        String(describing: migrated) == String(decoding: pairs[index + 1], as: UTF8.self),
        "seed \(Self.seed), document \(index / 2): \(String(decoding: pairs[index], as: UTF8.self))")
    }
  }

  /// Random documents: training data and odd relatives, each before and after.
  private static let documents = """
    import json, random, struct, sys
    pick = random.Random(int(sys.argv[1]))
    letters = ['a', 'Z', '0', ' ', '/', '"', '\\\\', '\\n', '\\t', '\\x00', '\\x7f', 'é', '→', '\\u2028', '😀', '\\ud800', 'version']
    def text():
        return ''.join(pick.choice(letters) for _ in range(pick.randrange(8)))
    def number():
        kind = pick.randrange(5)
        if kind == 0: return pick.randrange(-10, 10000)
        if kind == 1: return pick.randrange(10**40)
        if kind == 2: return struct.unpack('<d', struct.pack('<Q', pick.getrandbits(64)))[0]
        if kind == 3: return pick.choice([0.0, -0.0, 1e-05, 1e16, 1234567890.0, float('nan'), float('inf'), -float('inf')])
        return round(pick.uniform(0, 100), pick.randrange(6))
    def value(depth):
        kind = pick.randrange(7 if depth < 4 else 5)
        if kind == 0: return None
        if kind == 1: return pick.random() < 0.5
        if kind <= 3: return number()
        if kind == 4: return text()
        if kind == 5: return [value(depth + 1) for _ in range(pick.randrange(4))]
        return {text(): value(depth + 1) for _ in range(pick.randrange(4))}
    def training():
        return {'features': {'data_size': pick.randrange(10**6), 'estimated_item_time': pick.uniform(0, 1) ** 9,
                'physical_cores': pick.randrange(1, 128), 'available_memory': pick.randrange(10**12), 'start_method': 'fork',
                'pickle_size': pick.choice([None, 64]), 'coefficient_of_variation': pick.choice([None, number()]),
                'function_complexity': None}, 'n_jobs': pick.randrange(1, 64), 'chunksize': pick.randrange(1, 999),
                'speedup': number(), 'timestamp': 1.7e9 + pick.random(), 'function_signature': '%016x' % pick.getrandbits(64)}
    output = sys.stdout.buffer
    for index in range(int(sys.argv[2])):
        old = training() if index % 2 else {}
        for _ in range(pick.randrange(5)):
            old[text()] = value(1)
        if pick.randrange(4) == 0:
            at = pick.randrange(len(old) + 1)
            items = [item for item in old.items() if item[0] != 'version']
            old = dict(items[:at] + [('version', pick.choice([1, 1.0, None, 'x', {'a': 1}, []]))] + items[at:])
        for document in (old, {**old, 'version': 2}):
            data = json.dumps(document, indent=2).encode('ascii')
            output.write(len(data).to_bytes(4, 'big') + data)
    """

  @Test("A recorded execution holds what Python writes for the same values, for 3,000 executions")
  func recordWritesWhatPythonWrites() throws {
    var generator = SeededGenerator(seed: Self.seed)
    var questions: [[String: Any]] = []
    var written: [[UInt8]] = []
    for _ in 0..<3000 {
      let (bytes, question) = randomExecution(&generator)
      written.append(bytes)
      questions.append(question)
    }
    let asked = try JSONSerialization.data(withJSONObject: questions)
    let expected = try answers(Self.executions, input: Array(asked))
    #expect(expected.count == written.count)
    for (index, (found, wanted)) in zip(written, expected).enumerated() {
      try #require(
        String(decoding: found, as: UTF8.self) == String(decoding: wanted, as: UTF8.self),
        "seed \(Self.seed), execution \(index)")
    }
  }

  /// Builds the reference's `dict` from plain values; floats come as their bits, strings as their UTF-16 units.
  private static let executions = """
    import json, struct, sys
    def read(value):
        if isinstance(value, dict):
            if 'bits' in value: return struct.unpack('<d', struct.pack('<Q', int(value['bits'])))[0]
            return b''.join(struct.pack('<H', unit) for unit in value['units']).decode('utf-16-le')
        return value
    output = sys.stdout.buffer
    for question in json.load(sys.stdin):
        get = lambda name: read(question[name])
        data = {'version': 2, 'features': {}}
        for name in ['data_size', 'estimated_item_time', 'physical_cores', 'available_memory', 'start_method',
                     'pickle_size', 'coefficient_of_variation', 'function_complexity']:
            data['features'][name] = get(name)
        for name in ['n_jobs', 'chunksize', 'speedup', 'timestamp', 'function_signature']:
            data[name] = get(name)
        if question['streaming']:
            data.update(buffer_size=get('buffer_size'), use_ordered=get('use_ordered'), is_streaming=True)
        else:
            data['system_fingerprint'] = None if question['l3_cache_mb'] is None else {
                'physical_cores': get('physical_cores'), 'l3_cache_mb': get('l3_cache_mb'), 'numa_nodes': get('numa_nodes'),
                'memory_bandwidth_gb_s': get('memory_bandwidth_gb_s'), 'start_method': get('start_method'),
                'system_id': get('system_id')}
            for name in ['adaptive_chunking_enabled', 'adaptation_rate', 'min_chunksize', 'max_chunksize']:
                data[name] = get(name)
        text = json.dumps(data, indent=2).encode('ascii')
        output.write(len(text).to_bytes(4, 'big') + text)
    """

  private func randomExecution(_ generator: inout SeededGenerator) -> (bytes: [UInt8], question: [String: Any]) {
    func float(_ generator: inout SeededGenerator) -> Double {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: return Double(bitPattern: generator.next())
      case 1: return Double(Int.random(in: -100_000...100_000, using: &generator)) / 1000
      case 2: return Double(sign: .plus, exponent: Int.random(in: -40...80, using: &generator), significand: 1.25)
      default:
        return [.nan, .infinity, -.infinity, 0, -0.0, 1e16, 1e-5, 0.0001, 1_234_567_890].randomElement(
          using: &generator) ?? 0
      }
    }
    func text(_ generator: inout SeededGenerator) -> String {
      let scalars: [Unicode.Scalar] = [
        "a", "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{C}", "\0", "\u{7F}", "é", "\u{2028}", "😀", "\u{10FFFF}", "/",
      ]
      var result = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<10, using: &generator) {
        result += [scalars.randomElement(using: &generator) ?? "a"]
      }
      return String(result)
    }
    func bits(_ value: Double?) -> Any { value.map { ["bits": String($0.bitPattern)] } ?? NSNull() }
    func units(_ value: String) -> Any { ["units": value.utf16.map { Int($0) }] }
    func optional(_ value: Int?) -> Any { value ?? NSNull() }
    func integer(_ generator: inout SeededGenerator) -> Int { Int.random(in: 1...(1 << 40), using: &generator) }

    let startMethod = text(&generator)
    let cores = integer(&generator)
    let features = TrainingFeatures(
      dataSize: integer(&generator), estimatedItemTime: float(&generator), physicalCores: cores,
      availableMemory: integer(&generator), startMethod: StartMethod(rawValue: startMethod),
      pickleSize: Bool.random(using: &generator) ? nil : integer(&generator),
      coefficientOfVariation: Bool.random(using: &generator) ? nil : float(&generator),
      functionComplexity: Bool.random(using: &generator) ? nil : integer(&generator))
    let (nJobs, chunkSize) = (integer(&generator), integer(&generator))
    let (speedup, timestamp) = (float(&generator), float(&generator))
    let signature = text(&generator)
    var question: [String: Any] = [
      "data_size": features.dataSize, "estimated_item_time": bits(features.estimatedItemTime), "physical_cores": cores,
      "available_memory": optional(features.availableMemory), "start_method": units(startMethod),
      "pickle_size": optional(features.pickleSize), "coefficient_of_variation": bits(features.coefficientOfVariation),
      "function_complexity": optional(features.functionComplexity), "n_jobs": nJobs, "chunksize": chunkSize,
      "speedup": bits(speedup), "timestamp": bits(timestamp), "function_signature": units(signature),
    ]
    if Bool.random(using: &generator) {
      let execution = StreamingExecution(
        features: features, nJobs: nJobs, chunkSize: chunkSize, speedup: speedup, functionSignature: signature,
        bufferSize: integer(&generator), usesOrder: Bool.random(using: &generator))
      question["streaming"] = true
      question["buffer_size"] = execution.bufferSize
      question["use_ordered"] = execution.usesOrder
      return (execution.pythonValue(timestamp: timestamp).dumped, question)
    }
    var execution = Execution(
      features: features, nJobs: nJobs, chunkSize: chunkSize, speedup: speedup, functionSignature: signature,
      adaptiveChunking: AdaptiveChunking(
        isEnabled: [true, false, nil].randomElement(using: &generator) ?? nil,
        rate: Bool.random(using: &generator) ? nil : float(&generator),
        minimumChunkSize: Bool.random(using: &generator) ? nil : integer(&generator),
        maximumChunkSize: Bool.random(using: &generator) ? nil : integer(&generator)))
    question["streaming"] = false
    question["l3_cache_mb"] = NSNull()
    question["adaptive_chunking_enabled"] = execution.adaptiveChunking.isEnabled.map { $0 as Any } ?? NSNull()
    question["adaptation_rate"] = bits(execution.adaptiveChunking.rate)
    question["min_chunksize"] = optional(execution.adaptiveChunking.minimumChunkSize)
    question["max_chunksize"] = optional(execution.adaptiveChunking.maximumChunkSize)
    if Bool.random(using: &generator) {
      let fingerprint = SystemFingerprint(
        physicalCores: cores, l3CacheMB: float(&generator), numaNodes: integer(&generator),
        memoryBandwidthGBPerSecond: float(&generator), startMethod: StartMethod(rawValue: startMethod),
        systemID: text(&generator))
      execution.systemFingerprint = fingerprint
      question["l3_cache_mb"] = bits(fingerprint.l3CacheMB)
      question["numa_nodes"] = fingerprint.numaNodes
      question["memory_bandwidth_gb_s"] = bits(fingerprint.memoryBandwidthGBPerSecond)
      question["system_id"] = units(fingerprint.systemID)
    }
    return (execution.pythonValue(timestamp: timestamp).dumped, question)
  }

  @Test("A float is written as Python writes it, for 60,000 of all magnitudes")
  func floatsAreWrittenAsPythonWritesThem() throws {
    var generator = SeededGenerator(seed: Self.seed)
    var floats: [Double] = [0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    for exponent in -330...310 { floats.append(Double("1e\(exponent)") ?? 0) }
    for power in -1074...1023 { floats.append(Double(sign: .plus, exponent: power, significand: 1)) }
    while floats.count < 60_000 {
      floats.append(Double(bitPattern: generator.next()))
      floats.append(Double(Int64(bitPattern: generator.next() >> (generator.next() % 60))) / 1000)
    }
    let asked = floats.map { String($0.bitPattern) }.joined(separator: "\n")
    let expected = try answers(
      """
      import json, struct, sys
      for line in sys.stdin:
          text = json.dumps(struct.unpack('<d', struct.pack('<Q', int(line)))[0]).encode()
          sys.stdout.buffer.write(len(text).to_bytes(4, 'big') + text)
      """, input: Array(asked.utf8))
    #expect(expected.count == floats.count)
    for (float, wanted) in zip(floats, expected) {
      try #require(float.pythonLiteral == wanted, "seed \(Self.seed), bits \(float.bitPattern)")
    }
  }

  /// Runs a Python program that writes pieces, each after its length in 4 bytes.
  private func answers(_ program: String, _ arguments: [String] = [], input: [UInt8] = []) throws -> [[UInt8]] {
    var bytes = try python(program, arguments, input: input)[...]
    var pieces: [[UInt8]] = []
    while bytes.count >= 4 {
      let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      bytes = bytes.dropFirst(4)
      pieces.append(Array(bytes.prefix(length)))
      bytes = bytes.dropFirst(length)
    }
    return pieces
  }
}
