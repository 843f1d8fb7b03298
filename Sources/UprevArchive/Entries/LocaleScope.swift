#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs libarchive where it converts names: with `LC_CTYPE` UTF-8, on this thread, whatever the process has.
///
/// Without it, libarchive writes `?` for what the C locale cannot tell.
enum LocaleScope {
  /// Lives as long as the process; `Int` because a `locale_t` is a pointer, which is not `Sendable`.
  private static let utf8: Int? = {
    for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] {
      if let locale = newlocale(LC_CTYPE_MASK, name, nil) { return Int(bitPattern: locale) }
    }
    return nil
  }()

  /// libarchive takes a name that it cannot convert for a lack of memory where `errno` still says so from an earlier call.
  static func forgetError() { errno = 0 }

  static func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = uselocale(utf8.flatMap { locale_t(bitPattern: $0) })
    defer { _ = uselocale(before) }
    forgetError()
    return try body()
  }
}
