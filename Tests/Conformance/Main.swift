import Foundation

// Runs a public suite of tests against Uprev's own implementation.
//
//     Conformance schema DIRECTORY    the JSON Schema test suite, drafts 2020-12 and 7
//     Conformance patch DIRECTORY     the JSON Patch test suite
//
// Prints what does not pass, and in the last line how many do. The exit status is 0 only if every required test passes.

@main
enum Main {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 2, let suite = arguments.first, let directory = arguments.last else {
      SuiteOutput.fail("usage: Conformance schema|patch DIRECTORY", status: 64)
    }
    switch suite {
    case "schema": exit(SchemaSuite.run(directory))
    case "patch": exit(PatchSuite.run(directory))
    default: SuiteOutput.fail("there is no suite \"\(suite)\"; there are schema and patch", status: 64)
    }
  }
}

/// What all suites print.
enum SuiteOutput {
  static func fail(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("conformance: \(message)\n".utf8))
    exit(status)
  }
}

/// The tests of a suite, counted.
struct SuiteCount {
  var passed = 0
  var failed = 0
  /// Optional ones that do not pass.
  var skipped = 0

  /// The last line.
  func conclude() -> Int32 {
    print("\(passed) passed, \(failed) failed, \(skipped) skipped")
    return failed == 0 ? 0 : 1
  }
}
