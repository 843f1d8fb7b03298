import LosslessJSON
import UprevReport

/// Why a file of a staging folder says nothing.
public enum StagingManifestError: Error, Hashable, Sendable {
  /// It is not whole: the machine stopped before it was flushed, and so before anything that it speaks of was done.
  case torn
  /// It is whole, and not what this version of the program writes: another version's, or made by somebody else. What it
  /// speaks of must be left alone.
  case notUnderstood
}

extension StagingManifest {
  /// Reads a manifest. Whoever could write to the staging folder may have made it: nothing in it is taken on trust.
  ///
  /// Refused are members that are missing, unknown or of another kind; folders that are absolute or have `..`, `.` or empty
  /// components; names with a slash; names of Uprev's own; slots that are no number or are named twice.
  public init(parsing bytes: [UInt8]) throws(StagingManifestError) {
    guard StagingFile.isSealed(bytes[...]) else { throw .torn }
    guard let manifest = StagingFile.manifest(bytes[...]) else { throw .notUnderstood }
    self = manifest
  }

  /// Reads a file ``returnsName(_:)``: what was about to be given back, by slot, in order. A line that is torn is passed over:
  /// what it announces was not done.
  ///
  /// - Parameter earlier: what the files of lower numbers say.
  public static func parsedReturns(
    _ bytes: [UInt8], after earlier: [PathName: [Sighting]] = [:]
  ) throws(StagingManifestError) -> [PathName: [Sighting]] {
    var returns = earlier
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      // The line feed belongs to the line, and `split` took it away.
      let end = line.endIndex < bytes.endIndex ? line.endIndex + 1 : line.endIndex
      let whole = bytes[line.startIndex..<end]
      guard StagingFile.isSealed(whole) else { continue }
      guard let (slot, sighting) = StagingFile.returned(whole) else { throw .notUnderstood }
      returns[slot, default: []].appendReturn(sighting)
    }
    return returns
  }
}

/// Reading what ``StagingManifest`` writes.
private enum StagingFile {
  private static let beforeHash = Array("\"sha256\":\"".utf8)
  private static let afterHash = Array("\"}\n".utf8)
  private static let hashDigits = 64
  private static let options = JSONReadingOptions(maximumDepth: 8, maximumSize: StagingManifest.maximumSize)

  /// Whether the text ends with the hash of what stands before it.
  static func isSealed(_ text: ArraySlice<UInt8>) -> Bool {
    let count = beforeHash.count + hashDigits + afterHash.count
    guard text.count > count else { return false }
    let tail = text.suffix(count)
    guard tail.starts(with: beforeHash), tail.suffix(afterHash.count).elementsEqual(afterHash) else { return false }
    let digits = tail.dropFirst(beforeHash.count).prefix(hashDigits)
    return hash(digits) == text.dropLast(count).withUnsafeBytes { SHA256.hash($0) }
  }

  static func manifest(_ text: ArraySlice<UInt8>) -> StagingManifest? {
    guard
      let members = object(text, ["stagingManifest", "runId", "allOrNothing", "documents", "sha256"]),
      number(members[0]) == UInt64(StagingManifest.version), let runID = members[1].string, isRunID(runID),
      let isAllOrNothing = members[2].bool, members[3].kind == .array
    else { return nil }
    var entries: [StagingManifest.Entry] = []
    var slots: Set<PathName> = []
    for element in members[3].elements {
      guard let entry = entry(element), slots.insert(entry.slot).inserted else { return nil }
      entries.append(entry)
    }
    return StagingManifest(runID: runID, isAllOrNothing: isAllOrNothing, entries: entries)
  }

  static func returned(_ text: ArraySlice<UInt8>) -> (PathName, Sighting)? {
    guard
      let members = object(text, ["slot", "returned", "sha256"]), let slot = name(members[0]),
      StagingManifest.isSlot(slot), let sighting = sighting(members[1], like: nil)
    else { return nil }
    return (slot, sighting)
  }

  private static func entry(_ value: JSONValue) -> StagingManifest.Entry? {
    guard
      let members = object(value, ["slot", "folder", "name", "original", "temporary"]),
      let slot = name(members[0]), StagingManifest.isSlot(slot),
      let folder = name(members[1]), folder.bytes.isEmpty || folder.components.allSatisfy(isDocumentName),
      let name = name(members[2]), isDocumentName(name),
      let original = sighting(members[3], like: nil), let content = original.content,
      let temporary = sighting(members[4], like: content.attributes), temporary.content != nil
    else { return nil }
    return StagingManifest.Entry(slot: slot, folder: folder, name: name, original: original, temporary: temporary)
  }

  /// - Parameter attributes: those of a file that has none of its own; nil where it must.
  private static func sighting(_ value: JSONValue, like attributes: FileAttributes?) -> Sighting? {
    let identityNames = ["device", "inode", "sha256"]
    let own = object(value, identityNames + ["mode", "user", "group", "flags", "extended"])
    guard
      let members = own ?? object(value, identityNames),
      let device = number(members[0]), let inode = number(members[1])
    else { return nil }
    let file = FileIdentity(device: device, inode: inode)
    if own == nil, members[2].kind == .null {
      return Sighting(file: file, content: nil, isOpenForWriting: false)
    }
    guard
      let digits = members[2].unescapedBytes, let sha256 = hash(digits[...]),
      let attributes = own == nil ? attributes : self.attributes(members.dropFirst(identityNames.count))
    else { return nil }
    return Sighting(
      file: file, content: Sighting.Content(sha256: sha256, attributes: attributes), isOpenForWriting: false)
  }

  private static func attributes(_ members: ArraySlice<JSONValue>) -> FileAttributes? {
    let numbers = members.prefix(3).compactMap { number($0).flatMap(UInt32.init(exactly:)) }
    guard
      numbers.count == 3, numbers[0] <= 0o7777, let flagsMember = members.dropFirst(3).first,
      let extendedMember = members.dropFirst(4).first, extendedMember.kind == .array
    else { return nil }
    var flags: UInt32?
    if flagsMember.kind != .null {
      guard let number = number(flagsMember).flatMap(UInt32.init(exactly:)) else { return nil }
      flags = number
    }
    var extended: [ExtendedAttribute] = []
    for element in extendedMember.elements {
      guard
        let members = object(element, ["name", "value"]), let name = name(members[0]), !name.bytes.isEmpty,
        let text = members[1].unescapedBytes, let value = Base64.decoded(text)
      else { return nil }
      extended.append(ExtendedAttribute(name: name.bytes, value: value))
    }
    let attributes = FileAttributes(
      mode: numbers[0], user: numbers[1], group: numbers[2], extended: extended, flags: flags)
    // Flags that are not carried are not written either.
    return attributes.flags == flags ? attributes : nil
  }

  // MARK: Parts

  private static func object(_ text: ArraySlice<UInt8>, _ names: [String]) -> [JSONValue]? {
    WrittenJSON.object(text, names, options: options)
  }

  private static func object(_ value: JSONValue, _ names: [String]) -> [JSONValue]? { WrittenJSON.object(value, names) }

  private static func number(_ value: JSONValue) -> UInt64? { WrittenJSON.number(value) }

  private static func name(_ value: JSONValue) -> PathName? { WrittenJSON.name(value) }

  private static func hash(_ digits: ArraySlice<UInt8>) -> [UInt8]? { WrittenJSON.hash(digits) }

  private static func isRunID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// What a walk of a tree can have met.
  private static func isDocumentName(_ name: PathName) -> Bool {
    !name.bytes.isEmpty && !name.bytes.contains(UInt8(ascii: "/")) && name != PathName(".") && name != PathName("..")
      && !OwnName.isOwn(name)
  }
}

extension StagingManifest {
  /// Whether a name is one that a run gives to its temporaries.
  static func isSlot(_ name: PathName) -> Bool { number(ofSlot: name) != nil }

  /// The number that a temporary is called by; nil for any other name.
  static func number(ofSlot name: PathName) -> UInt64? { number(name.bytes[...]) }

  /// The number of a manifest's name; nil for any other name.
  static func number(ofManifest name: PathName) -> UInt64? { number(of: name, after: "manifest-") }

  /// The number of a name that ``returnsName(_:)`` makes; nil for any other name.
  static func number(ofReturns name: PathName) -> UInt64? { number(of: name, after: "returns-") }

  private static func number(of name: PathName, after prefix: String) -> UInt64? {
    name.bytes.starts(with: prefix.utf8) ? number(name.bytes.dropFirst(prefix.utf8.count)) : nil
  }

  /// Plain digits, as `String(_:)` writes them.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard (1...19).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if digits.count > 1, digits.first == UInt8(ascii: "0") { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}

extension PathName {
  /// What stands between the slashes, empty parts included; one empty part for the empty path.
  var components: [PathName] {
    bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { PathName($0) }
  }
}

extension [Sighting] {
  /// Adds what is announced to go back. The same file twice in a row means that it did not go the first time: between two
  /// returns of one file lies that of another.
  mutating func appendReturn(_ sighting: Sighting) {
    if last?.file == sighting.file { removeLast() }
    append(sighting)
  }
}
