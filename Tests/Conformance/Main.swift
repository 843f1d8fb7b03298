import Foundation

// Holds Uprev against suites of cases that others keep, in checkouts that the caller has.
//
// usage: Conformance schema FOLDER     the JSON Schema test suite, drafts 2020-12 and 7
//        Conformance patch FOLDER      tests of JSON Patch
//
// Each failure has a line of its own; the last line counts. Exit status: 0 only if nothing failed, 1 if something did, 2 where
// the suite cannot be read.

@main
enum Conformance {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      let counts: (passed: Int, failed: Int, skipped: Int)
      switch (arguments.first, arguments.count) {
      case ("schema", 2): counts = try SchemaSuite.run(arguments[1])
      case ("patch", 2): counts = try PatchSuite.run(arguments[1])
      default: throw ConformanceFailure(description: "usage: Conformance schema|patch FOLDER")
      }
      let skipped = counts.skipped > 0 ? ", \(counts.skipped) skipped" : ""
      print("\(counts.passed) passed, \(counts.failed) failed\(skipped)")
      exit(counts.failed == 0 && counts.passed > 0 ? 0 : 1)
    } catch {
      FileHandle.standardError.write(Data("Conformance: \(error)\n".utf8))
      exit(2)
    }
  }
}

struct ConformanceFailure: Error, CustomStringConvertible {
  let description: String
}
