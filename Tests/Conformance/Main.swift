import Foundation

// Holds Uprev against suites of cases that others keep, in checkouts that the caller has.
//
// usage: Conformance patch FOLDER
//
// Each failure has a line of its own; the last line counts. The status is 0 only if nothing failed.

@main
enum Conformance {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      let counts: (passed: Int, failed: Int, skipped: Int)
      switch (arguments.first, arguments.count) {
      case ("patch", 2): counts = try PatchSuite.run(arguments[1])
      default: throw ConformanceFailure(description: "usage: Conformance patch FOLDER")
      }
      let skipped = counts.skipped > 0 ? ", \(counts.skipped) skipped" : ""
      print("\(counts.passed) passed, \(counts.failed) failed\(skipped)")
      exit(counts.failed == 0 ? 0 : 1)
    } catch {
      FileHandle.standardError.write(Data("Conformance: \(error)\n".utf8))
      exit(2)
    }
  }
}

struct ConformanceFailure: Error, CustomStringConvertible {
  let description: String
}
