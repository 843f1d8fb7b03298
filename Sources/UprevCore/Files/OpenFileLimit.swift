import CSystem

/// How many files this process may hold open at once.
public enum OpenFileLimit {
  /// The system's limit now; what holds many files open asks for it, and takes a small part.
  public static var current: Int {
    let limit = uprev_open_file_limit()
    return limit < 0 ? fewest : Int(limit)
  }

  /// What every system allows.
  private static let fewest = 20

  /// Sets the limit, or raises it as far as this process may where `count` is nil or more than that. Where the system
  /// refuses, it stays as it is.
  public static func set(_ count: Int?) {
    _ = uprev_set_open_file_limit(count.map { Int64($0) } ?? -1)
  }
}
