import AmorsizeTrainingData
import Foundation

/// Shows the library in five parts: `AmorsizeDemo FOLDER`, where FOLDER is a copy of the samples' `ml_training`, to which it
/// adds two files.
@main
struct Main {
  static func main() {
    guard CommandLine.arguments.count == 2 else {
      TrainingDataStore.standardError(
        "usage: AmorsizeDemo FOLDER    (a copy of samples/cache/ml_training; two files are added to it)")
      exit(64)
    }
    do {
      try show(CommandLine.arguments[1])
    } catch {
      TrainingDataStore.standardError("demo: \(error)")
      exit(1)
    }
  }

  private static func show(_ folder: String) throws {
    versionInformation()
    try migrationOfVersion1()
    try mixedCache(folder)
    try newDataCarriesTheVersion(folder)
    benefits()
  }

  static func heading(_ text: String) {
    let line = String(repeating: "=", count: 70)
    print("\n\(line)\n\(text)\n\(line)\n")
  }
}

/// Something that the demo promises did not hold.
struct DemoFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
