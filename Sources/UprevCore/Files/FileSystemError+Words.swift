import UprevReport

extension FileSystemError {
  /// What was being done when the call failed.
  public enum Purpose: Hashable, Sendable {
    case reading
    case writing
  }

  /// The code that a report gives the failure.
  public func code(_ purpose: Purpose) -> ErrorCode {
    switch kind {
    case .accessDenied, .notPermitted, .readOnly: .permissionDenied
    case .tooManyOpenFiles: .limitExceeded
    default: purpose == .reading ? .readFailed : .writeFailed
    }
  }

  /// One sentence for people, with the remedy where there is one, and the call that failed.
  ///
  /// - Parameter name: what the failure is about, as people know it; by default the name that the call was given.
  public func message(_ purpose: Purpose, about name: PathName? = nil) -> String {
    let subject = (name ?? path).map { "“\($0)” " } ?? ""
    let verb = purpose == .reading ? "read" : "written"
    return "\(subject)cannot be \(verb): \(reason(purpose)) (\(call): \(systemMessage))"
  }

  private func reason(_ purpose: Purpose) -> String {
    switch kind {
    case .absent: "it does not exist"
    case .exists: "something of that name exists already; remove it or choose another name"
    case .symbolicLink: "it is a symbolic link, or one of a loop of them"
    case .noDirectory: "a part of its path is no folder"
    case .directory: "it is a folder"
    case .noDevice: "there is no device behind it"
    case .accessDenied:
      purpose == .reading
        ? "access is denied; run as its owner, or grant read access to it and to the folders above it"
        : "access is denied; run as its owner, or grant write access to the folder that holds it"
    case .notPermitted: "it is not permitted; run as its owner or as root"
    case .readOnly: "the file system is mounted read-only; remount it for writing"
    case .diskFull: "the disk is full; free some space and run again"
    case .quotaExceeded: "the disk is full for this user; free some space or raise the quota, and run again"
    case .fileTooBig: "the file is larger than the file system or the limit of this process (ulimit -f) allows"
    case .inputOutput: "the device reports an error; check the disk"
    case .tooManyOpenFiles: "too many files are open; raise the limit (ulimit -n) and run again"
    case .outOfMemory: "the system is out of memory"
    case .nameTooLong: "the name is too long for the file system"
    case .otherDevice: "it lies on another file system"
    case .busy: "it is in use"
    case .stale: "the network file system has lost it; mount it again"
    case .tooManyLinks: "it has too many names already"
    case .unsupported: "the file system does not support it"
    case .outOfRange: "an attribute is larger than the system allows"
    case .noAttribute: "an attribute is missing"
    case .badDescriptor: "it is open for something else"
    case .noLocks: "the system has no more locks"
    case .other: "the system refuses"
    }
  }

  /// The failure as the error of one document.
  public func documentError(_ purpose: Purpose, about name: PathName? = nil) -> DocumentError {
    DocumentError(ReportError(code: code(purpose), message: message(purpose, about: name)))
  }

  /// The failure as the error of a whole target.
  public func targetError(_ purpose: Purpose, about name: PathName? = nil) -> TargetError {
    TargetError(code: code(purpose), message: message(purpose, about: name))
  }
}
