import LosslessJSON
import UprevReport

/// The lines of a plan, read back as ``PlanWriter`` writes them.
enum PlanLine {
  private static let options = JSONReadingOptions(maximumDepth: 8, maximumSize: PlanLines.maximumLength)
  private static let documentMembers = ["path", "format", "from", "to", "sha256Before", "sha256After"]
  private static let versionStart = Array("{\"planVersion\": ".utf8)

  /// The version that the first line begins with; nil where it is no plan's.
  static func version(_ line: ArraySlice<UInt8>) -> UInt64? {
    guard line.starts(with: versionStart) else { return nil }
    let digits = line.dropFirst(versionStart.count).prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { return nil }
    // More digits than a number holds are a newer version all the same.
    return UInt64(String(decoding: digits, as: UTF8.self)) ?? .max
  }

  static func header(_ line: ArraySlice<UInt8>) -> PlanHeader? {
    guard
      let members = object(
        line, ["planVersion", "tool", "runId", "createdAt", "pipelines", "gathered", "options"]),
      WrittenJSON.number(members[0]) == UInt64(PlanHeader.version),
      let tool = WrittenJSON.object(members[1], ["name", "version"]), let toolVersion = tool[1].string,
      let runID = members[2].string, let createdAt = members[3].string,
      members[4].kind == .array, members[5].kind == .object, let options = options(members[6])
    else { return nil }
    var pipelines: [PlannedPipeline] = []
    for element in members[4].elements {
      guard
        let members = WrittenJSON.object(element, ["name", "source", "digest"]), let name = members[0].string,
        let source = members[1].string, let digest = WrittenJSON.hash(members[2])
      else { return nil }
      pipelines.append(PlannedPipeline(name: name, source: source, digest: digest))
    }
    var gathered: [String: [UInt8]] = [:]
    for (name, value) in members[5].members {
      guard let digest = WrittenJSON.hash(value) else { return nil }
      gathered[name.string] = digest
    }
    return PlanHeader(
      toolVersion: toolVersion, runID: runID, createdAt: createdAt, pipelines: pipelines, gathered: gathered,
      options: options)
  }

  static func isTarget(_ line: ArraySlice<UInt8>) -> Bool { line.starts(with: "{\"target\"".utf8) }

  static func isEnd(_ line: ArraySlice<UInt8>) -> Bool { line.starts(with: "{\"end\"".utf8) }

  static func target(_ line: ArraySlice<UInt8>) -> PlannedTarget? {
    guard
      let members = object(line, ["target", "resolvedPath", "kind", "device", "inode"]),
      let path = WrittenJSON.name(members[0]), let resolvedPath = WrittenJSON.name(members[1]),
      resolvedPath.bytes.first == UInt8(ascii: "/"), let kind = members[2].string.flatMap(TargetKind.init(rawValue:))
    else { return nil }
    var identity: FileIdentity?
    if members[3].kind != .null || members[4].kind != .null {
      guard let device = WrittenJSON.number(members[3]), let inode = WrittenJSON.number(members[4]) else { return nil }
      identity = FileIdentity(device: device, inode: inode)
    }
    return PlannedTarget(path: path, resolvedPath: resolvedPath, kind: kind, identity: identity)
  }

  static func document(_ line: ArraySlice<UInt8>) -> (path: PathName, sha256Before: [UInt8], sha256After: [UInt8])? {
    guard
      let members = object(line, documentMembers), let path = WrittenJSON.name(members[0]),
      members[1].kind == .string, isVersion(members[2]), isVersion(members[3]),
      let before = WrittenJSON.hash(members[4]), let after = WrittenJSON.hash(members[5])
    else { return nil }
    return (path, before, after)
  }

  private static func options(_ value: JSONValue) -> PlanOptions? {
    guard
      let members = WrittenJSON.object(
        value,
        [
          "to", "exclude", "maxDocumentSize", "maxDepth", "maxPathLength", "maxExpandedSize", "maxExpansionRatio",
          "maxEntries",
        ]), let to = strings(members[0]), let exclude = strings(members[1])
    else { return nil }
    let numbers = members.dropFirst(2).compactMap { WrittenJSON.number($0).flatMap(Int.init(exactly:)) }
    guard numbers.count == 6, numbers.prefix(5).allSatisfy({ $0 > 0 }),
      numbers[1] <= RunOptions.greatestMaximumDepth
    else { return nil }
    return PlanOptions(
      targetVersions: to, excluded: exclude, maximumDocumentSize: numbers[0], maximumDepth: numbers[1],
      maximumPathLength: numbers[2], maximumExpandedSize: numbers[3], maximumExpansionRatio: numbers[4],
      maximumEntries: numbers[5])
  }

  private static func strings(_ value: JSONValue) -> [String]? {
    guard value.kind == .array else { return nil }
    var texts: [String] = []
    for element in value.elements {
      guard let text = element.string else { return nil }
      texts.append(text)
    }
    return texts
  }

  private static func isVersion(_ value: JSONValue) -> Bool {
    switch value.kind {
    case .null, .number, .string: true
    default: false
    }
  }

  private static func object(_ line: ArraySlice<UInt8>, _ names: [String]) -> [JSONValue]? {
    WrittenJSON.object(line, names, options: options)
  }
}
