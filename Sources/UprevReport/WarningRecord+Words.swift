extension WarningRecord {
  /// What stands for warnings of one code beyond those that a report lists.
  static func omitted(_ count: Int, of code: WarningCode) -> WarningRecord {
    WarningRecord(
      code: .warningsOmitted,
      message: "\(count) more \(count == 1 ? "warning" : "warnings") with the code \(code.rawValue) "
        + "\(count == 1 ? "is" : "are") not listed",
      path: nil)
  }
}
