import CSystem

extension FileSystem {
  /// Whether some process has `file`, which is open for reading only, open for writing; nil where that cannot be told: the
  /// file belongs to somebody else, or its system has no leases (fcntl(2), F_SETLEASE).
  public func isOpenForWriting(_ file: OpenFile) -> Bool? {
    let answer = uprev_is_open_for_writing(file.descriptor)
    return answer < 0 ? nil : answer == 1
  }
}
