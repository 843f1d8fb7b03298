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

  /// As many as the largest tree needs at once, with the batches of a run that are under way.
  private static let most = 16_384

  /// Sets the limit, or raises it as far as this process may where `count` is nil or more than that. Where the system
  /// refuses, it stays as it is.
  ///
  /// To be called before there are threads: opening files need not wait for them then, later on.
  public static func set(_ count: Int?) {
    _ = uprev_set_open_file_limit(count.map { Int64($0) } ?? -1)
    // Without it files are opened more slowly.
    _ = uprev_make_room_for_open_files(Int64(most))
  }
}
