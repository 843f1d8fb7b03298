import LosslessJSON
import UprevReport

/// Finds one document by the name that a person gives it: a file, or an entry of an archive as `ARCHIVE:ENTRY`.
public struct DocumentLookup {
  /// A document, or what was found in its place.
  public struct Found {
    /// The target as a run would be given it.
    public var target: PathName
    /// Inside the target; of a file alone, its name.
    public var path: PathName
    /// Its text; nil where it is there and cannot be read as a document, as `decision` says.
    public var document: Document?
    /// What its container says of it where it has no text: `skipped`, `rejected`, or `unmatched` for a name that no glob can
    /// match.
    public var decision: Decision?
  }

  private let fileSystem: any FileSystem
  private let openers: [any ContainerOpener]
  private let maximumDocumentSize: Int

  /// - Parameters:
  ///   - openers: as a run has them.
  ///   - maximumDocumentSize: bytes.
  public init(
    fileSystem: any FileSystem, openers: [any ContainerOpener],
    maximumDocumentSize: Int = RunOptions.defaultMaximumDocumentSize
  ) {
    self.fileSystem = fileSystem
    self.openers = openers
    self.maximumDocumentSize = maximumDocumentSize
  }

  /// - Parameter name: a path that exists wins; otherwise it ends at the first `:` behind the name of a file that exists, and the
  ///   rest is the entry.
  /// - Throws: ``TargetError`` where there is nothing of that name, or it is no document.
  public func find(_ name: PathName) throws -> Found {
    let (target, entry) = split(name)
    guard let container = try openers.lazy.compactMap({ try $0.open(target) }).first else {
      throw TargetError.unknownKind
    }
    if isFolder(target) { throw TargetError.noDocument(folder: target) }
    switch (container.kind, entry) {
    case (.archive, nil): throw TargetError.noDocument(archive: target)
    case (.tree, _?): throw TargetError.noArchive(target)
    case (.archive, let entry?):
      let path = Self.stripped(entry)
      // One glob that matches nothing else, so that no other text is read.
      guard let found = try find(path, Self.glob(of: path), in: container, target) else {
        throw TargetError.noEntry(path, in: target)
      }
      return found
    case (.tree, nil):
      // The one document that there is, under the name that a link leads to.
      guard let found = try find(nil, try? Glob("**"), in: container, target) else {
        throw TargetError.noArchive(target)
      }
      return found
    }
  }

  private func split(_ name: PathName) -> (PathName, PathName?) {
    if status(name) != nil { return (name, nil) }
    for (index, byte) in name.bytes.enumerated() where byte == UInt8(ascii: ":") && index > 0 {
      let target = PathName(name.bytes[..<index])
      if let kind = status(target), kind != .directory { return (target, PathName(name.bytes[(index + 1)...])) }
    }
    return (name, nil)
  }

  private func status(_ name: PathName) -> FileKind? {
    (try? fileSystem.status(of: name, in: nil, followingLinks: true))?.kind
  }

  private func isFolder(_ name: PathName) -> Bool { status(name) == .directory }

  /// As names of entries are matched: without `./` in front.
  private static func stripped(_ entry: PathName) -> PathName {
    var rest = entry.bytes[...]
    while rest.starts(with: "./".utf8) { rest = rest.dropFirst(2).drop { $0 == UInt8(ascii: "/") } }
    return PathName(rest)
  }

  /// Reads up to the first thing of that name.
  ///
  /// - Parameters:
  ///   - path: nil for the first thing that there is.
  ///   - glob: what is read as a document.
  private func find(
    _ path: PathName?, _ glob: Glob?, in container: any Container, _ target: PathName
  ) throws -> Found? {
    let claims = Claims(formats: [glob.map { [$0] } ?? []], excluded: [])
    let reader = try container.makeReader(
      ContainerReadOptions(claims: claims, maximumDocumentSize: maximumDocumentSize, yieldsPassthrough: false))
    while let element = try reader.next() {
      switch element {
      case .document(let document):
        return Found(target: target, path: document.reference.path, document: document, decision: nil)
      case .decision(let decision) where path == nil || decision.reference.path == path:
        return Found(target: target, path: decision.reference.path, document: nil, decision: decision)
      case .decision, .passthrough: continue
      }
    }
    return nil
  }

  /// The glob that matches one path; nil where none can.
  static func glob(of path: PathName) -> Glob? {
    var pattern: [UInt8] = [UInt8(ascii: "/")]
    for byte in path.bytes {
      if [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\")].contains(byte) {
        pattern.append(UInt8(ascii: "\\"))
      }
      pattern.append(byte)
    }
    guard let text = String(validating: pattern, as: UTF8.self) else { return nil }
    return try? Glob(text)
  }
}
