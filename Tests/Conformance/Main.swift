#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Runs public suites of tests against the libraries:
//
//   Conformance schema DIR   the JSON Schema test suite; DIR is the root of a checkout
//   Conformance patch DIR    tests of JSON Patch; DIR is the root of a checkout
//
// Prints each failure, then the count as the last line. Exit status: 0 if all required tests pass, 1 otherwise, 64 for wrong
// usage.

@main
enum Conformance {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { end("usage: Conformance schema|patch DIR", 64) }
    do {
      let count: SuiteCount
      switch arguments[1] {
      case "schema": count = try SchemaSuite(folder: arguments[2]).run()
      case let other: end("there is no suite '\(other)'", 64)
      }
      print(count.line)
      exit(count.failed == 0 && count.passed > 0 ? 0 : 1)
    } catch {
      end("\(error)", 1)
    }
  }

  private static func end(_ words: String, _ status: Int32) -> Never {
    print(words)
    exit(status)
  }
}

/// What came of the tests of a suite.
struct SuiteCount {
  var passed = 0
  var failed = 0
  /// Optional ones that do not pass, and those that are disabled.
  var skipped = 0

  var line: String { "\(passed) passed, \(failed) failed" + (skipped > 0 ? ", \(skipped) skipped" : "") }
}
