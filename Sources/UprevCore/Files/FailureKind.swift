#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What an `errno` means to this project, the same on Linux and macOS.
public enum FailureKind: Hashable, Sendable {
  /// `ENOENT`
  case absent
  /// `EEXIST`, `ENOTEMPTY`
  case exists
  /// `ELOOP`
  case symbolicLink
  /// `ENOTDIR`
  case noDirectory
  /// `EISDIR`
  case directory
  /// `ENXIO`, `ENODEV`: a socket, or a device without its hardware
  case noDevice
  /// `EACCES`
  case accessDenied
  /// `EPERM`
  case notPermitted
  /// `EROFS`
  case readOnly
  /// `ENOSPC`
  case diskFull
  /// `EDQUOT`
  case quotaExceeded
  /// `EFBIG`
  case fileTooBig
  /// `EIO`
  case inputOutput
  /// `EMFILE`, `ENFILE`
  case tooManyOpenFiles
  /// `ENOMEM`
  case outOfMemory
  /// `ENAMETOOLONG`
  case nameTooLong
  /// `EXDEV`
  case otherDevice
  /// `EBUSY`, `ETXTBSY`
  case busy
  /// `ESTALE`
  case stale
  /// `EMLINK`
  case tooManyLinks
  /// `ENOTSUP`, `EOPNOTSUPP`, `ENOSYS`, `EINVAL`
  case unsupported
  /// `ERANGE`
  case outOfRange
  /// `ENODATA` (macOS: `ENOATTR`)
  case noAttribute
  /// `EBADF`: open for something else
  case badDescriptor
  /// `ENOLCK`
  case noLocks
  case other

  public init(_ number: Int32) {
    self =
      switch number {
      case ENOENT: .absent
      case EEXIST, ENOTEMPTY: .exists
      case ELOOP: .symbolicLink
      case ENOTDIR: .noDirectory
      case EISDIR: .directory
      case ENXIO, ENODEV: .noDevice
      case EACCES: .accessDenied
      case EPERM: .notPermitted
      case EROFS: .readOnly
      case ENOSPC: .diskFull
      case EDQUOT: .quotaExceeded
      case EFBIG: .fileTooBig
      case EIO: .inputOutput
      case EMFILE, ENFILE: .tooManyOpenFiles
      case ENOMEM: .outOfMemory
      case ENAMETOOLONG: .nameTooLong
      case EXDEV: .otherDevice
      case EBUSY, ETXTBSY: .busy
      case ESTALE: .stale
      case EMLINK: .tooManyLinks
      case ENOTSUP, EOPNOTSUPP, ENOSYS, EINVAL: .unsupported
      case ERANGE: .outOfRange
      case noAttributeNumber: .noAttribute
      case EBADF: .badDescriptor
      case ENOLCK: .noLocks
      default: .other
      }
  }

  static let outOfRangeNumber = ERANGE
  static let badDescriptorNumber = EBADF
}

#if canImport(Glibc)
  private let noAttributeNumber = ENODATA
#else
  private let noAttributeNumber = ENOATTR
#endif

/// `EINVAL`
let invalidArgument = EINVAL
/// `EPERM`
let notPermittedNumber = EPERM
/// `ENAMETOOLONG`
let nameTooLongNumber = ENAMETOOLONG
/// `EBUSY`
let busyNumber = EBUSY
/// `EACCES`
let accessDeniedNumber = EACCES
/// `EEXIST`
let existsNumber = EEXIST
/// `ENOENT`
let absentNumber = ENOENT

extension FileSystemError {
  /// What its `errno` means.
  public var kind: FailureKind { FailureKind(number) }

  /// The system's own words for its `errno`, for example `Input/output error`.
  var systemMessage: String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
  }
}
