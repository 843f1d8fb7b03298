/// The JSON Patch test suite.
enum PatchSuite {
  static func run(_ directory: String) -> Int32 {
    SuiteOutput.fail("the runner of the JSON Patch suite is missing", status: 64)
  }
}
