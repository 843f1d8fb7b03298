import UprevCore
import UprevReport

/// What becomes of a member of an archive by its name and kind, before its body is read.
enum MemberClaim {
  /// A document of this format.
  case document(DocumentReference)
  /// A folder: as in a tree, nothing that a document could be.
  case folder
  /// No document, and why.
  case decided(Decision)

  /// - Parameters:
  ///   - name: as it stands in the archive.
  ///   - isFolder: a folder.
  ///   - isRegular: a regular file that is stored whole.
  ///   - isFile: a regular file, sparse or not.
  init(
    name: [UInt8], isFolder: Bool, isRegular: Bool, isFile: Bool, size: Int64, _ options: ContainerReadOptions
  ) {
    if isFolder {
      self = .folder
      return
    }
    let path = PathName(Self.stripped(name))
    func decided(_ outcome: Outcome, format: Int? = nil, _ error: DocumentError? = nil) -> MemberClaim {
      .decided(Decision(reference: DocumentReference(path: path, format: format), outcome: outcome, error: error))
    }
    if !isFile || Self.isOwn(path.bytes) {
      self = decided(.skipped)
      return
    }
    switch options.claims.claim(path) {
    case .excluded: self = decided(.skipped)
    case .unmatched: self = decided(.unmatched)
    case .format(let format):
      if !isRegular {
        self = decided(.skipped, format: format)
      } else if size > Int64(options.maximumDocumentSize) {
        self = decided(
          .rejected, format: format, ArchiveWords.tooLarge(size: size, maximum: options.maximumDocumentSize))
      } else {
        self = .document(DocumentReference(path: path, format: format))
      }
    }
  }

  /// Without any `./` in front.
  private static func stripped(_ name: [UInt8]) -> [UInt8] {
    guard name.starts(with: [0x2e, 0x2f]) else { return name }
    var rest = name[...]
    while rest.starts(with: [0x2e, 0x2f]) {
      rest = rest.dropFirst(2).drop { $0 == 0x2f }
    }
    return Array(rest)
  }

  /// Whether a part of the path is named as Uprev names what is its own.
  private static func isOwn(_ path: [UInt8]) -> Bool {
    let prefix: StaticString = ".uprev-"
    var start = 0
    while start + prefix.utf8CodeUnitCount <= path.count {
      if path[start] == 0x2e, (0..<prefix.utf8CodeUnitCount).allSatisfy({ path[start + $0] == prefix.utf8Start[$0] }) {
        return true
      }
      guard let slash = path[start...].firstIndex(of: 0x2f) else { return false }
      start = slash + 1
    }
    return false
  }
}
