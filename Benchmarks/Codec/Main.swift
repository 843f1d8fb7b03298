import Foundation
import JSONSchema
import LosslessJSON
import UprevCore
import UprevReport

// Measures what is done to one document in memory, on one thread, and prints the figures as one JSON object.
//
// usage: CodecBenchmark scan|validate|decide FOLDER [PIPELINE]
//
// FOLDER holds documents (*.json, directly in it); PIPELINE is a pipeline's folder, for `decide` and `validate`.

@main
enum CodecBenchmark {
  static func main() {
    do {
      let result = try run(Array(CommandLine.arguments.dropFirst()))
      print(result.json)
    } catch {
      FileHandle.standardError.write(Data("CodecBenchmark: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws -> CodecResult {
    guard arguments.count >= 2 else { throw CodecFailure("usage: scan|validate|decide FOLDER [PIPELINE]") }
    let texts = try documents(in: arguments[1])
    switch arguments[0] {
    case "scan": return try ScanWork(texts).measured()
    case "validate", "decide":
      guard arguments.count >= 3 else { throw CodecFailure("\(arguments[0]) needs a pipeline") }
      let format = try trainingFormat(arguments[2])
      return try arguments[0] == "decide"
        ? DecideWork(texts, format).measured() : ValidateWork(texts, format).measured()
    case let other: throw CodecFailure("there is no work '\(other)'")
    }
  }

  private static func documents(in folder: String) throws -> [JSONText] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()
    guard !names.isEmpty else { throw CodecFailure("there is no document in \(folder)") }
    return try names.map { name in
      guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
        throw CodecFailure("cannot read \(name)")
      }
      return JSONText(Array(data))
    }
  }

  private static func trainingFormat(_ pipeline: String) throws -> Format {
    let loaded = try PipelineFile.load(PathName(pipeline + "/pipeline.yaml"), fileSystem: LocalFileSystem())
    guard let format = loaded.formats.first else { throw CodecFailure("the pipeline has no format") }
    return format
  }
}

struct CodecFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What one work measured.
struct CodecResult {
  var documents: Int
  var bytes: Int
  /// Processor seconds of the middle one of all passes over all documents.
  var secondsPerPass: Double
  var passes: Int
  /// Something that every right contestant counts alike.
  var checksum: Int

  var json: String {
    """
    {"documents": \(documents), "bytes": \(bytes), "secondsPerPass": \(secondsPerPass), "passes": \(passes), \
    "checksum": \(checksum)}
    """
  }
}

/// Something that is done to all documents, again and again.
protocol CodecWork {
  var texts: [JSONText] { get }
  /// Counts what was done, so that nothing of it can be left out.
  func checksum() throws -> Int
  /// One pass; the seconds it took.
  func pass() throws -> Double
}

extension CodecWork {
  func measured() throws -> CodecResult {
    let checksum = try checksum()
    _ = try pass()
    var seconds: [Double] = []
    var total = 0.0
    while total < 2 || seconds.count < 5 {
      let pass = try pass()
      seconds.append(pass)
      total += pass
    }
    return CodecResult(
      documents: texts.count, bytes: texts.reduce(0) { $0 + $1.count },
      secondsPerPass: seconds.sorted()[seconds.count / 2], passes: seconds.count, checksum: checksum)
  }

  /// Processor seconds of this process.
  func timed(_ work: () throws -> Void) rethrows -> Double {
    let start = clock_gettime_nsec()
    try work()
    return Double(clock_gettime_nsec() - start) / 1e9
  }

  private func clock_gettime_nsec() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
