import UprevReport

/// What the two files of a staging folder are written as. Both are JSON; both carry the SHA-256 of what stands before it, so
/// that what was torn by a power failure is known from what is whole.
///
/// A manifest is one object: `{"stagingManifest":1,"runId":…,"allOrNothing":…,"documents":[…],"sha256":…}`, a document a line:
/// `{"slot":…,"folder":…,"name":…,"original":{…},"temporary":{…}}`. A file is
/// `{"device":…,"inode":…,"sha256":…,"mode":…,"user":…,"group":…,"flags":…,"extended":[{"name":…,"value":…}]}`: the hash is
/// null, and nothing follows it, for what is no regular file; a temporary with the attributes of its original has none of its
/// own. Names that are not UTF-8 are `{"base64":…}`, values of extended attributes base64. Whether a file was open for
/// writing is not written: it was true of a moment.
extension StagingManifest {
  /// The version of the format: a manifest of any other is not understood, and what it lists is left alone.
  static let version = 1
  /// Bytes of the largest manifest that is read; a batch is to stay far below.
  public static let maximumSize = 256 << 20

  /// The bytes of the file.
  public func encoded() -> [UInt8] {
    Self.encoded(runID: runID, isAllOrNothing: isAllOrNothing, entries, expecting: entries.count)
  }

  /// The same of entries that are made one after the other, about so many as are expected.
  static func encoded(
    runID: String, isAllOrNothing: Bool, _ entries: some Sequence<Entry>, expecting count: Int
  ) -> [UInt8] {
    var writer = JSONByteWriter(expecting: count * usualSize, sink: keep)
    writer.raw("{\"stagingManifest\":")
    writer.integer(version)
    writer.raw(",\"runId\":")
    writer.string(runID)
    writer.raw(",\"allOrNothing\":")
    writer.boolean(isAllOrNothing)
    writer.raw(",\"documents\":[")
    var isFirst = true
    for entry in entries {
      if isFirst { writer.raw("\n") } else { writer.raw(",\n") }
      isFirst = false
      writer.entry(entry)
    }
    writer.raw("],")
    return sealed(&writer)
  }

  /// Bytes of an entry without attributes and with a name of usual length.
  private static let usualSize = 480

  /// The bytes that are appended to a file ``returnsName(_:)`` before `sighting` goes back from `slot` to its name.
  ///
  /// A line begins with a line feed of its own, so that one that was torn before it does not reach into it.
  public static func encodedReturn(slot: PathName, _ sighting: Sighting) -> [UInt8] {
    var writer = JSONByteWriter(sink: Self.keep)
    writer.raw("{\"slot\":")
    writer.name(slot)
    writer.raw(",\"returned\":")
    writer.sighting(sighting)
    writer.raw(",")
    return [UInt8(ascii: "\n")] + sealed(&writer)
  }

  /// Everything stays in the writer's buffer.
  private static func keep(_: UnsafeRawBufferPointer) {}

  /// With the last member: the hash of what stands before it.
  private static func sealed(_ writer: inout JSONByteWriter) -> [UInt8] {
    let hash = writer.withUnsafeBytes { SHA256.hash($0) }
    writer.raw("\"sha256\":")
    writer.hexadecimal(hash)
    writer.raw("}\n")
    return writer.bytes
  }
}

extension JSONByteWriter {
  fileprivate mutating func entry(_ entry: StagingManifest.Entry) {
    raw("{\"slot\":")
    name(entry.slot)
    raw(",\"folder\":")
    name(entry.folder)
    raw(",\"name\":")
    name(entry.name)
    raw(",\"original\":")
    sighting(entry.original)
    raw(",\"temporary\":")
    let isLikeOriginal = entry.temporary.content?.attributes == entry.original.content?.attributes
    sighting(entry.temporary, withAttributes: !isLikeOriginal)
    raw("}")
  }

  fileprivate mutating func sighting(_ sighting: Sighting, withAttributes: Bool = true) {
    raw("{\"device\":")
    integer(sighting.file.device)
    raw(",\"inode\":")
    integer(sighting.file.inode)
    raw(",\"sha256\":")
    hexadecimal(sighting.content?.sha256)
    if withAttributes, let attributes = sighting.content?.attributes { self.attributes(attributes) }
    raw("}")
  }

  private mutating func attributes(_ attributes: FileAttributes) {
    raw(",\"mode\":")
    integer(UInt64(attributes.mode))
    raw(",\"user\":")
    integer(UInt64(attributes.user))
    raw(",\"group\":")
    integer(UInt64(attributes.group))
    raw(",\"flags\":")
    if let flags = attributes.flags { integer(UInt64(flags)) } else { null() }
    raw(",\"extended\":[")
    var isFirst = true
    for attribute in attributes.extended {
      if isFirst { raw("{\"name\":") } else { raw(",{\"name\":") }
      isFirst = false
      name(PathName(attribute.name))
      raw(",\"value\":\"")
      base64(attribute.value)
      raw("\"}")
    }
    raw("]")
  }
}
