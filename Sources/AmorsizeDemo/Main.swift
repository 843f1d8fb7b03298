import AmorsizeTrainingData

/// Shows the library in five parts: `AmorsizeDemo FOLDER`, where FOLDER is a copy of the samples' `ml_training`, to which it
/// adds two files.
@main
struct Main {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: AmorsizeDemo FOLDER    (a copy of samples/cache/ml_training; two files are added to it)")
      throw DemoFailure("wrong usage")
    }
    let folder = CommandLine.arguments[1]
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
