import UprevReport

/// A system call that failed: which, on what, and why.
public struct FileSystemError: Error, Hashable, Sendable {
  /// The system call's name, for example `openat`.
  public var call: String
  public var path: PathName?
  /// The value of `errno`.
  public var number: Int32

  public init(call: String, path: PathName?, number: Int32) {
    self.call = call
    self.path = path
    self.number = number
  }
}
