import UprevReport

#if canImport(Darwin)
  import Darwin
#endif

/// Where the running program is.
public enum ProgramPlace {
  /// Absolute, links resolved; nil where the system does not tell.
  public static func find(_ fileSystem: some FileSystem) -> PathName? {
    #if canImport(Darwin)
      var size: UInt32 = 0
      _ = _NSGetExecutablePath(nil, &size)
      var buffer = [CChar](repeating: 0, count: Int(size))
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
      let path = PathName(buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    #else
      let path = PathName("/proc/self/exe")
    #endif
    return try? fileSystem.resolved(path)
  }
}
