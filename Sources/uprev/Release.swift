/// This release of the program.
enum Release {
  static let name = "uprev"
  static let version = "0.1.0"
}
