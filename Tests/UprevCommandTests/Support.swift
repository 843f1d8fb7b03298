import Foundation
import Testing
import UprevTestSupport

/// Runs the built program with a state folder of the test's own.
struct Uprev {
  let folder: TemporaryTree

  init(_ folder: TemporaryTree) {
    self.folder = folder
  }

  var stateFolder: String { folder.path + "/state" }

  @discardableResult
  func callAsFunction(_ arguments: String..., environment: [String: String] = [:]) throws -> ChildProcess {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess.run(
      try ChildProcess.built("uprev"), arguments,
      environment: self.environment.merging(environment) { $1 }, in: folder.path)
  }

  /// A state folder of the test's own, and the pipelines of this checkout, wherever the program was built.
  var environment: [String: String] {
    ["XDG_STATE_HOME": stateFolder, "UPREV_PIPELINES": Self.checkout + "/pipelines"]
  }

  /// The folder of `Package.swift`.
  static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
}

/// A report, read with another JSON reader than the project's own.
struct ReportFile {
  let object: [String: Any]

  init(_ path: String) throws {
    try self.init(Data(contentsOf: URL(fileURLWithPath: path)))
  }

  init(_ data: Data) throws {
    object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  var documents: [[String: Any]] { object["documents"] as? [[String: Any]] ?? [] }
  var targets: [[String: Any]] { object["targets"] as? [[String: Any]] ?? [] }
  var summary: [String: Any] { object["summary"] as? [String: Any] ?? [:] }
  var status: String { object["status"] as? String ?? "" }

  func count(_ outcome: String) -> Int { summary[outcome] as? Int ?? -1 }

  /// The code of the error of a document's, a target's or the run's line.
  static func code(_ line: [String: Any]?) -> String? { (line?["error"] as? [String: Any])?["code"] as? String }

  func document(_ path: String) -> [String: Any]? { documents.first { $0["path"] as? String == path } }
}

/// A Python process, the independent judge of what comes out.
enum Python {
  @discardableResult
  static func run(_ script: String, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws
    -> String
  {
    let child = try ChildProcess.run("python3", ["-c", script] + arguments)
    if child.status != 0 {
      Issue.record("python3: \(child.errorText)\(child.outputText)", sourceLocation: sourceLocation)
    }
    return child.outputText
  }

  /// Writes `argv[1]/before/…` and `argv[1]/after/…`: training documents of `argv[2]` seeds, four fifths of them version 1,
  /// and what Python writes for them at version 2.
  static func writeTree(in folder: String, count: Int, seed: Int) throws {
    try run(treeScript, folder, "\(count)", "\(seed)")
  }

  private static let treeScript = """
    import json, os, random, sys
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random.seed(seed)
    def value(depth=0):
        kind = random.randrange(12 if depth < 3 else 8)
        if kind == 0: return random.choice([None, True, False])
        if kind == 1: return random.randrange(-10**25, 10**25)
        if kind == 2: return random.choice([0.01, 1e-05, 1234567890.0, -0.0, 1e16, 5e-324, float("nan"), float("inf")])
        if kind == 3: return random.uniform(-1e6, 1e6)
        if kind <= 6: return random.choice(["fork", "é", "\\U0001f600", "a\\"b\\\\c", "\\u2028", "", "line\\nfeed"])
        if kind == 7: return random.randrange(100)
        if kind <= 9: return {f"k{random.randrange(99)}": value(depth + 1) for _ in range(random.randrange(4))}
        return [value(depth + 1) for _ in range(random.randrange(4))]
    for part in ("before", "after"):
        os.makedirs(f"{folder}/{part}/ml_training", exist_ok=True)
    for number in range(count):
        data = {"features": {"data_size": random.randrange(10**6), "estimated_item_time": random.uniform(0, 1)},
                "n_jobs": random.randrange(1, 64), "chunksize": random.randrange(1, 999), "extra": value()}
        if random.random() < 0.2: data = {"version": 2, **data}
        name = f"ml_training/ml_training_{number:016x}_{1700000000000 + number}.json"
        with open(f"{folder}/before/{name}", "w") as file: json.dump(data, file, indent=2)
        with open(f"{folder}/after/{name}", "w") as file: json.dump({**data, "version": 2}, file, indent=2)
    """
}

/// The bytes and modification times of every file below a folder, to show that nothing was touched.
struct TreeState: Equatable {
  private let files: [String: [UInt8]]
  private let times: [String: Date]

  init(_ path: String) throws {
    var files: [String: [UInt8]] = [:]
    var times: [String: Date] = [:]
    let manager = FileManager.default
    for name in try manager.subpathsOfDirectory(atPath: path) + [""] {
      let attributes = try manager.attributesOfItem(atPath: path + "/" + name)
      times[name] = attributes[.modificationDate] as? Date
      if attributes[.type] as? FileAttributeType == .typeRegular {
        files[name] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
      }
    }
    self.files = files
    self.times = times
  }

  var texts: [String: [UInt8]] { files }
}
